/** The cells of a table, and how wide they are. */

const FILTER_HINTS = {
  number: ">1e6, 5..9",
  time: "2026-01, >…",
  boolean: "true",
  text: "text, =exact",
};
const FILTER_WORDS = {
  number: "5 · >1e6 · >= 1,000 · 10..20 · null · !null",
  time: "2026-01 · >2026-01-15 · 2026-01-01..2026-02-01 · null · !null",
  boolean: "true · false · null · !null",
  text: "a part of the text · =whole text · !without · null · !null",
};
const NARROWEST = 40; // pixels

const isLink = (address) => /^https?:\/\//i.test(address);

/** Return the cell that takes what is left of the width. */
const rest = (tag) => make(tag, { class: "rt-rest", "aria-hidden": "true" });

/** The widths that columns were given. */
class Widths {
  #table;
  #byColumn = new Map(); // pixels, or "none" for its widest text

  constructor(table) {
    this.#table = table;
  }

  clear() {
    this.#byColumn.clear();
  }

  /** Return a column's cell with the column's width. */
  sized(index, cell) {
    const width = this.#byColumn.get(index);
    if (width === undefined) return cell;
    const size = width === "none" ? "" : `${width}px`;
    Object.assign(cell.style, { width: size, minWidth: size, maxWidth: size || "none" });
    return cell;
  }

  set(index, width) {
    this.#byColumn.set(index, width);
    const place = this.#table.model.shown.indexOf(index);
    for (const row of this.#table.element.rows) this.sized(index, row.cells[place]);
  }

  /** Set a column's width while its edge is dragged. */
  drag(event, index) {
    event.preventDefault();
    const edge = event.currentTarget;
    const left = event.clientX - edge.parentElement.offsetWidth;
    const move = ({ clientX }) => this.set(index, Math.max(NARROWEST, clientX - left));
    edge.setPointerCapture(event.pointerId);
    edge.addEventListener("pointermove", move);
    edge.addEventListener(
      "lostpointercapture",
      () => edge.removeEventListener("pointermove", move),
      { once: true },
    );
  }
}

function headCell(table, index) {
  const { model, widths } = table;
  const { name, dtype, kind } = model.columns[index];
  const cell = make(
    "th",
    {
      role: "columnheader",
      scope: "col",
      tabindex: -1,
      "aria-colindex": index + 1,
      class: `rt-${kind}`,
      "data-index": index,
      focus: () => table.selection.noteHead(index),
    },
    make(
      "div",
      { class: "rt-head" },
      make(
        "button",
        {
          type: "button",
          class: "rt-name",
          tabindex: -1,
          title: name,
          click: (event) => model.sort(index, event.shiftKey),
        },
        name,
        make("span", { class: "rt-arrow", "aria-hidden": "true" }),
        make("span", { class: "rt-dtype" }, dtype),
      ),
      make("button", {
        type: "button",
        class: "rt-icon rt-more",
        tabindex: -1,
        title: `Menu of ${name}`,
        click: () => columnMenu(table, index),
      }),
    ),
    filterField(table, index),
    make("span", {
      class: "rt-edge",
      "aria-hidden": "true", // or the head would have its words in its name
      title: "Drag to set the width; double-click to fit",
      pointerdown: (event) => widths.drag(event, index),
      dblclick: () => widths.set(index, "none"),
    }),
  );
  return widths.sized(index, cell);
}

function filterField({ model, id }, index) {
  const { name, kind } = model.columns[index];
  const problem = make("span", { class: "rt-problem", id: `${id}-${index}` });
  const field = make("input", {
    type: "text",
    "aria-describedby": problem.id,
    autocomplete: "off",
    placeholder: FILTER_HINTS[kind] ?? FILTER_HINTS.text,
    title: `Filter ${name}: ${FILTER_WORDS[kind] ?? FILTER_WORDS.text}`,
    spellcheck: "false",
    input: () => model.filter(index, field.value),
    keydown: (event) => event.key === "Enter" && model.ask({}),
  });
  return make("div", { class: "rt-filter" }, field, problem);
}

/** Return the cell of a column that shows a value. */
function bodyCell(table, /** @type {Cell} */ value, index) {
  const { kind } = table.model.columns[index];
  const cell = make("td", {
    role: "gridcell",
    tabindex: -1,
    "aria-colindex": index + 1,
    class: `rt-${kind}`,
  });
  if (value === null || value === undefined)
    cell.append(make("span", { class: "rt-null" }, "null"));
  else if (typeof value === "string") cell.append(value);
  else fillCell(table, cell, value, kind);
  return table.widths.sized(index, cell);
}

function fillCell(table, cell, { text, full, more, kind }, columnKind) {
  cell.title = full ?? "";
  if (kind === "empty") {
    cell.append(make("span", { class: "rt-null" }, "empty"));
  } else if (kind === "link" && isLink(full)) {
    const link = { href: full, target: "_blank", rel: "noopener noreferrer", tabindex: -1 };
    cell.append(make("a", link, text));
  } else {
    cell.append(text);
    if (kind === "hash") {
      const copy = () => table.selection.copy();
      cell.append(button("", "Copy", copy, { class: "rt-icon rt-copy", tabindex: -1 }));
    }
    const isCut = more || (columnKind === "text" && !kind && full !== undefined);
    cell.classList.toggle("rt-opens", kind === "json" || Boolean(isCut));
  }
}
