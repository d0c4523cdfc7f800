"""Whether what a picker says can be read, in the light and in the dark theme."""

from __future__ import annotations

from playwright.sync_api import expect

WITHIN = 60_000
#: WCAG 2, level AA: of texts to what is behind them.
ENOUGH = 4.5

#: Colors that fade are looked at when they have.
TRANSITIONS_END = """() => Promise.allSettled(
    document.getAnimations()
        .filter(each => each instanceof CSSTransition)
        .map(each => each.finished)
).then(() => null)"""
TOO_FAINT = """(root, enough) => {
    const parse = text => {
        const found = text.match(/[\\d.]+/g).map(Number);
        return found.length < 4 ? [...found, 1] : found;
    };
    const over = (top, under) => top.slice(0, 3).map(
        (value, place) => value * top[3] + under[place] * (1 - top[3]));
    const behind = element => {
        const layers = [];
        for (let each = element; each; each = each.parentElement) {
            const colour = parse(getComputedStyle(each).backgroundColor);
            layers.push(colour);
            if (colour[3] === 1) break;
        }
        return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
    };
    const light = colour => {
        const [r, g, b] = colour.map(value => value / 255).map(
            value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const isShown = element => element.checkVisibility() && !element.closest(':disabled');
    const faint = [];
    for (const element of root.querySelectorAll('*')) {
        const isText = [...element.childNodes].some(
            node => node.nodeType === 3 && node.textContent.trim());
        const isField = element.matches('input:not([type=checkbox]), select, textarea');
        if (!(isText || isField) || !isShown(element) || element.matches('style, option')) continue;
        const style = getComputedStyle(element);
        const under = behind(element);
        const colour = element.closest('svg') ? style.fill : style.color;
        const [high, low] = [light(over(parse(colour), under)), light(under)].sort((a, b) => b - a);
        const ratio = (high + 0.05) / (low + 0.05);
        if (ratio < enough) {
            faint.push([ratio.toFixed(2), element.tagName, element.textContent.slice(0, 40)]);
        }
    }
    return faint;
}"""


def test_picker_texts_contrast_with_background(themed_notebook):
    picker = themed_notebook.show("pick(1, {'min_amount': 5}, run=True)")
    expect(picker.locator(".wf-grid tbody tr").first).to_be_visible(timeout=WITHIN)
    for view in ("Borrowed a day, in dollars", "Chart", "Code", "Table"):
        picker.get_by_role("button", name=view, exact=True).click()
        if view in ("Borrowed a day, in dollars", "Chart"):
            expect(picker.locator(".legendtext")).to_have_count(2, timeout=WITHIN)
        themed_notebook.page.mouse.move(0, 0)
        themed_notebook.page.evaluate(TRANSITIONS_END)
        assert faint_in(picker) == [], view
    wrong = themed_notebook.show("pick(11, {'hash': 'zz'})")
    expect(wrong.get_by_role("alert")).to_be_visible(timeout=WITHIN)
    assert faint_in(wrong) == []
    failing = themed_notebook.show("pick(51, run=True)")
    expect(failing.locator(".wf-reason")).to_be_visible(timeout=WITHIN)
    assert faint_in(failing) == []
    many = themed_notebook.show("pick(25)")
    many.get_by_placeholder("search 5,000 values").fill("new")
    expect(many.locator(".wf-options button")).to_have_count(2, timeout=WITHIN)
    assert faint_in(many) == []


def faint_in(picker):
    return picker.evaluate(TOO_FAINT, ENOUGH)
