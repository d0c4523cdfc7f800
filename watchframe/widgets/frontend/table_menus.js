/** The boxes that a table opens: menus, a value as a whole, what to download. */

const FORMATS = { CSV: "csv", Excel: "xlsx", Parquet: "parquet" };

/** Open a box at an element; Escape and a click elsewhere close it. */
function popup(table, at, label, ...children) {
  const { root } = table;
  const back = table.focused;
  const box = make(
    "div",
    {
      class: "rt-popup",
      popover: "auto",
      role: "dialog",
      "aria-label": label,
      toggle: (event) => {
        if (event.newState !== "closed") return;
        const hadFocus = box.contains(table.focused) || table.focused === document.body;
        box.remove();
        if (hadFocus) (back?.isConnected ? back : table.selection.cell)?.focus();
      },
    },
    ...children,
  );
  root.append(box);
  box.showPopover();
  const { left, top, bottom } = at.getBoundingClientRect();
  const right = Math.min(root.getBoundingClientRect().right, innerWidth - 4);
  box.style.left = `${within(4, left, right - box.offsetWidth)}px`;
  const isBelow = bottom + box.offsetHeight < innerHeight || top < box.offsetHeight;
  box.style.top = `${isBelow ? within(4, bottom, innerHeight - box.offsetHeight - 4) : top - box.offsetHeight}px`;
  box.querySelector("input, button, [tabindex]")?.focus();
  return box;
}

function columnMenu(table, index) {
  const { model } = table;
  const { name, can_be_amount: canBeAmount } = model.columns[index];
  const place = model.shown.indexOf(index);
  const item = (text, act) =>
    button(text, text, () => {
      box.hidePopover();
      act();
    });
  const entries = [
    item("Sort ascending", () => model.sortBy(index, "ascending")),
    item("Sort descending", () => model.sortBy(index, "descending")),
    item("Filter …", () => table.showFilter(index)),
    item("Fit width", () => table.widths.set(index, "none")),
  ];
  if (place === 0)
    entries.push(item(model.state.pinned ? "Let scroll" : "Keep in sight", () => model.pin()));
  if (model.shown.length > 1) entries.push(item("Hide", () => model.hide(index, true)));
  if (canBeAmount) entries.push(amountForm(model, index));
  const box = popup(table, table.head.rows[0].cells[place], `Menu of ${name}`, ...entries);
}

function amountForm(model, index) {
  const decimals = model.state.amounts[index];
  const input = make("input", {
    type: "number",
    min: 0,
    max: 77,
    value: decimals ?? 18,
    "aria-label": "Decimals of the token",
    keydown: (event) => event.key === "Enter" && set(),
  });
  const show = (digits) => {
    input.closest("[popover]").hidePopover();
    model.showAmounts(index, digits);
  };
  const set = () => input.value && input.checkValidity() && show(Number(input.value));
  const unset = () => show(undefined);
  return make(
    "div",
    { class: "rt-amount" },
    make("label", {}, "As amount with ", input, " decimals "),
    button("Show", "Show as amount", set),
    ...(decimals === undefined ? [] : [button("As it is", "Show the number as it is", unset)]),
  );
}

function columnsMenu(table, at) {
  const { model } = table;
  const tick = (label, isOn, change) => {
    const box = make("input", { type: "checkbox", change: () => change(box.checked) });
    box.checked = isOn;
    return make("label", {}, box, label);
  };
  const showAll = () => {
    box.hidePopover();
    model.ask({ hidden: [] });
  };
  const hidden = new Set(model.state.hidden);
  const box = popup(
    table,
    at,
    "Columns",
    tick("Keep the first column in sight", model.state.pinned, () => model.pin()),
    ...(hidden.size ? [button("Show all", "Show all columns", showAll)] : []),
    make("hr"),
    ...model.columns.map(({ name }, index) =>
      tick(name, !hidden.has(index), (isOn) => model.hide(index, !isOn)),
    ),
  );
}

function downloadMenu(table, at) {
  const { found, total } = table.model;
  const choice = (value, text) => {
    const checked = value === "found";
    const name = `${table.id}-scope`;
    return make("label", {}, make("input", { type: "radio", name, value, checked }), text);
  };
  const scopes =
    found < total
      ? [choice("found", `The ${rowsOf(found)} found`), choice("all", `All ${rowsOf(total)}`)]
      : [make("span", {}, `All ${rowsOf(total)}`)];
  const formats = Object.entries(FORMATS).map(([name, format]) =>
    button(name, `Download as ${name}`, () => {
      const scope = box.querySelector(":checked")?.value ?? "all";
      box.hidePopover();
      download(table, format, scope);
    }),
  );
  const box = popup(table, at, "Download", ...scopes, make("div", { class: "rt-row" }, ...formats));
}

function download(table, format, scope) {
  table.report("Making the file …", async () => {
    const answer = await table.model.kernel.ask({ type: "download", format, scope });
    const { bytes, name, note } = answer;
    save(bytes, name);
    return [`Saved as ${name}.`, note].filter(Boolean).join(" ");
  });
}

function save(bytes, name) {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser reads it after the click
}

/** Open the value of the cell that has the focus. */
async function valuePanel(table) {
  const { selection, model } = table;
  const { name } = model.columns[selection.column];
  const text = make("pre", { tabindex: 0, "aria-label": name }, "…");
  const copy = button("Copy", `Copy ${name}`, () => selection.copy());
  popup(table, selection.cell, name, make("b", {}, name), text, copy);
  try {
    text.textContent = await selection.panelText();
  } catch (error) {
    text.textContent = error.message;
  }
}
