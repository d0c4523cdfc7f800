/** Which cell of a table has the focus, which block of cells is selected, and what keys do there. */

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Return a cell's text for a line of tab-separated values. */
const tsvField = (text) => (/[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

class Selection {
  #table;
  #model;
  // Row -1 is the head, and places count the columns that are shown.
  #at = { row: -1, place: 0 }; // where Tab leads to
  #anchor = { row: -1, place: 0 }; // the other corner of what is selected

  constructor(table) {
    this.#table = table;
    this.#model = table.model;
  }

  /** The index of the column in which the focus is. */
  get column() {
    return this.#model.shown[this.#at.place];
  }

  get cell() {
    return this.#cellAt(this.#at);
  }

  /** Return the whole value of the cell, or a promise of it, as a panel shows it. */
  panelText() {
    return this.#model.panelText(this.#at.row, this.column);
  }

  /** Note that a column's head has the focus. */
  noteHead(index) {
    this.#at = { row: -1, place: this.#model.shown.indexOf(index) };
    this.#anchor = { ...this.#at };
    this.draw();
  }

  /** Stay within other columns. */
  fitColumns(count) {
    this.#at.place = within(0, this.#at.place, count - 1);
  }

  /** Stay within other rows. */
  fitRows(count) {
    this.#at.row = within(-1, this.#at.row, count - 1);
    this.#anchor = { ...this.#at };
    this.draw();
  }

  draw() {
    const { element } = this.#table;
    for (const old of element.querySelectorAll("[aria-selected]"))
      old.removeAttribute("aria-selected");
    element.querySelector("[tabindex='0']")?.setAttribute("tabindex", -1);
    this.cell?.setAttribute("tabindex", 0);
    const { rows, places } = this.#block();
    if (rows.length * places.length < 2) return;
    for (const row of rows) {
      for (const place of places)
        this.#cellAt({ row, place })?.setAttribute("aria-selected", "true");
    }
  }

  #cellAt({ row, place }) {
    const { head, body } = this.#table;
    return (row < 0 ? head : body).rows[Math.max(0, row)]?.cells[place];
  }

  #moveTo(row, place, isBlock = false) {
    this.#at = {
      row: within(isBlock ? 0 : -1, row, this.#model.rows.length - 1),
      place: within(0, place, this.#model.shown.length - 1),
    };
    if (!isBlock) this.#anchor = { ...this.#at };
    this.draw();
    this.cell?.focus();
  }

  #block() {
    const range = (one, other) =>
      Array.from({ length: Math.abs(one - other) + 1 }, (_, step) => Math.min(one, other) + step);
    return {
      rows: range(this.#at.row, this.#anchor.row),
      places: range(this.#at.place, this.#anchor.place),
    };
  }

  // ---- the mouse

  #placeOf(target) {
    const cell = target.closest("td[role=gridcell]");
    return cell && { row: cell.parentElement.sectionRowIndex, place: cell.cellIndex };
  }

  startBlock(event) {
    const found = this.#placeOf(event.target);
    if (!found || event.button !== 0) return;
    if (event.shiftKey) event.preventDefault(); // no selection of text
    this.#moveTo(found.row, found.place, event.shiftKey && this.#anchor.row >= 0);
  }

  stretchBlock(event) {
    const { body, focused } = this.#table;
    const found = event.buttons === 1 && this.#placeOf(event.target);
    if (!found || this.#anchor.row < 0 || !body.contains(focused)) return;
    const isBlock = found.row !== this.#anchor.row || found.place !== this.#anchor.place;
    if (isBlock) getSelection().removeAllRanges();
    this.#moveTo(found.row, found.place, isBlock);
  }

  clicked(event) {
    const cell = event.target.closest(".rt-opens");
    if (cell && !event.shiftKey && getSelection().isCollapsed) valuePanel(this.#table);
  }

  // ---- the keyboard

  pressed(event) {
    if (event.target.matches("input")) return;
    const { row, place } = this.#at;
    const isCommand = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (isCommand && key === "c") {
      if (!getSelection().isCollapsed) return; // a part of a text is selected
      this.copy();
    } else if (isCommand && key === "a") this.#selectPage();
    else if (
      key === "ContextMenu" ||
      (event.shiftKey && key === "F10") ||
      (event.altKey && key === "ArrowDown")
    ) {
      columnMenu(this.#table, this.column);
    } else if (MOVES[key]) this.#step(MOVES[key], event.shiftKey, isCommand);
    else if (key === "Home") this.#moveTo(isCommand ? 0 : row, 0, event.shiftKey);
    else if (key === "End") this.#moveTo(isCommand ? Infinity : row, Infinity, event.shiftKey);
    else if (key === "PageDown") this.#model.step(1);
    else if (key === "PageUp") this.#model.step(-1);
    else if (key === "Enter" || key === " ") this.#enter(event.shiftKey);
    else if (key === "Escape") this.#moveTo(row, place);
    else return;
    event.preventDefault();
  }

  #step([down, right], isBlock, isFar) {
    const { row, place } = this.#at;
    if (isFar)
      this.#moveTo(
        down ? (down < 0 ? 0 : Infinity) : row,
        right ? right * Infinity : place,
        isBlock,
      );
    else if (
      !isBlock &&
      down > 0 &&
      row === this.#model.rows.length - 1 &&
      this.#model.step(1)
    ) {
      this.#at.row = 0;
    } else if (isBlock && row < 0) this.#moveTo(row, place + right);
    else this.#moveTo(row + down, place + right, isBlock);
  }

  #selectPage() {
    this.#anchor = { row: 0, place: 0 };
    this.#moveTo(Infinity, Infinity, true);
  }

  #enter(isFurther) {
    if (this.#at.row < 0) this.#model.sort(this.column, isFurther);
    else if (this.cell.classList.contains("rt-opens")) valuePanel(this.#table);
    else this.cell.querySelector("a")?.click();
  }

  /** Copy the whole values of what is selected. */
  copy() {
    const { rows, places } = this.#block();
    const { shown } = this.#model;
    const isOne = rows.length * places.length === 1;
    const lines = rows.map((row) =>
      Promise.all(places.map((place) => this.#model.whole(row, shown[place]))),
    );
    const text = Promise.all(lines).then((known) =>
      isOne ? known[0][0] : known.map((cells) => cells.map(tsvField).join("\t")).join("\n"),
    );
    this.#table.report("", async () => {
      await copyText(text);
      return isOne ? "Copied." : `${rowsOf(rows.length)} of ${places.length} columns copied.`;
    });
  }
}
