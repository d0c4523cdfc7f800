/**
 * A table that holds the page it shows: sorting, filters, texts and files are the kernel's.
 * Whatever a server wrote goes into the page as text, never as markup.
 */

/** @typedef {null | string | {text: string, full?: string, more?: boolean, kind?: string}} Cell */

const STATE = {
  sort: [],
  filters: {},
  search: "",
  separators: false,
  amounts: {},
  hidden: [],
  pinned: false,
  start: 0,
  size: 25,
  request: 0,
};
const SIZES = [10, 25, 100];
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
const FORMATS = { CSV: "csv", Excel: "xlsx", Parquet: "parquet" };
const TYPING_ENDS_AFTER = 300; // milliseconds
const NARROWEST = 40; // pixels
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

const counted = (number) => number.toLocaleString("en-US");
const rowsOf = (number) => `${counted(number)} ${number === 1 ? "row" : "rows"}`;
const within = (low, value, high) => Math.max(low, Math.min(value, high));

/** Return a new element; functions among its properties listen to the event of that name. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false && value != null)
      element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

function button(text, label, click, properties = {}) {
  return make(
    "button",
    { type: "button", "aria-label": label, title: label, click, ...properties },
    text,
  );
}

/** Copy a text, which may still be on its way. */
async function copy(text) {
  const blob = Promise.resolve(text).then((known) => new Blob([known], { type: "text/plain" }));
  try {
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  } catch {
    copyByField(await text); // over plain http, and in some frames, there is only the old way
  }
}

function copyByField(text) {
  const focused = document.activeElement;
  const field = make("textarea", { style: "position: fixed; opacity: 0" });
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  focused?.focus();
  if (!isCopied) throw new Error("The browser does not let this page copy.");
}

function save(bytes, name) {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser reads it after the click
}

/** Return a cell's text for a line of tab-separated values. */
const field = (text) => (/[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const isLink = (address) => /^https?:\/\//i.test(address);

/** What the kernel is asked, and its answers. */
class Kernel {
  #model;
  #waiting = new Map();
  #view = Math.random().toString(36).slice(2);
  #count = 0;

  constructor(model) {
    this.#model = model;
    model.on("msg:custom", this.#answer);
  }

  /** Return the kernel's answer; its bytes, if any, are in `bytes`. */
  ask(message) {
    const request = `${this.#view}-${++this.#count}`;
    return new Promise((resolve, reject) => {
      this.#waiting.set(request, { resolve, reject });
      this.#model.send({ ...message, request });
    });
  }

  close() {
    this.#model.off("msg:custom", this.#answer);
  }

  #answer = (content, buffers) => {
    const waiting = this.#waiting.get(content.request);
    if (!waiting) return; // another view asked
    this.#waiting.delete(content.request);
    if (content.type === "error") waiting.reject(Object.assign(new Error(content.note), content));
    else waiting.resolve({ ...content, bytes: buffers?.[0] });
  };
}

const textOf = (answer) => new TextDecoder().decode(answer.bytes);

const WATCHED = ["columns", "page", "found", "total", "notes", "state", "busy"];

class ResultTable {
  #model;
  #kernel;
  #root;
  #id = `rt-${Math.random().toString(36).slice(2)}`;
  #at = { row: -1, place: 0 }; // where Tab leads to: row -1 is the head, places count the shown columns
  #anchor = { row: -1, place: 0 }; // the other corner of what is selected
  #widths = new Map(); // column index -> pixels, or "none" for its widest text
  #drawn = {};
  #typing = {};
  #timer;
  #isPlanned = false;
  #showsFilters = false;

  constructor(model, root) {
    this.#model = model;
    this.#kernel = new Kernel(model);
    this.#root = root;
    this.#build();
    for (const name of WATCHED) model.on(`change:${name}`, this.#plan);
    window.addEventListener("keydown", this.#keepKeys, true);
    this.#draw();
  }

  close() {
    for (const name of WATCHED) this.#model.off(`change:${name}`, this.#plan);
    window.removeEventListener("keydown", this.#keepKeys, true);
    this.#kernel.close();
  }

  // ---- what is known, and what is asked for

  get #state() {
    return { ...STATE, ...this.#model.get("state"), ...this.#typing };
  }

  get #columns() {
    return this.#model.get("columns") ?? [];
  }

  /** The indices of the columns that are not hidden. */
  get #shown() {
    const hidden = new Set(this.#state.hidden);
    return [...this.#columns.keys()].filter((index) => !hidden.has(index));
  }

  /** @returns {Cell[][]} */
  get #rows() {
    return this.#model.get("page")?.rows ?? [];
  }

  get #start() {
    return this.#model.get("page")?.start ?? 0;
  }

  #ask(changes) {
    clearTimeout(this.#timer);
    const request = this.#state.request + 1;
    this.#model.set("state", { ...this.#state, ...changes, request });
    this.#typing = {};
    this.#model.save_changes();
    this.#say("");
  }

  /** Ask once the typing has stopped. */
  #askSoon(changes) {
    this.#typing = { ...this.#typing, ...changes, start: 0 };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask({}), TYPING_ENDS_AFTER);
  }

  #sort(index, isFurther) {
    const { sort } = this.#state;
    const before = sort.find(([column]) => column === index)?.[1];
    const isAlone = sort.length === 1 && before;
    const next = { ascending: "descending", descending: null }[isFurther || isAlone ? before : ""];
    const direction = next === undefined ? "ascending" : next;
    this.#sortBy(index, direction, isFurther);
  }

  #sortBy(index, direction, isFurther = false) {
    const kept = isFurther ? this.#state.sort : [];
    const place = kept.findIndex(([column]) => column === index);
    const sort = kept.filter(([column]) => column !== index);
    if (direction) sort.splice(place < 0 ? sort.length : place, 0, [index, direction]);
    this.#ask({ sort, start: 0 });
  }

  #filter(index, text) {
    const filters = { ...this.#state.filters, [index]: text };
    if (!text) delete filters[index];
    this.#askSoon({ filters });
  }

  #turn(start) {
    const { size } = this.#state;
    const last = Math.max(0, Math.floor(((this.#model.get("found") ?? 0) - 1) / size) * size);
    const wanted = within(0, start, last);
    if (wanted !== this.#start) this.#ask({ start: wanted });
    return wanted !== this.#start;
  }

  // ---- what stands around the rows

  #build() {
    this.#root.append(this.#bar(), this.#grid(), this.#foot());
    this.#root.addEventListener("keydown", (event) => event.stopPropagation());
  }

  #bar() {
    this.search = make("input", {
      type: "search",
      class: "rt-search",
      placeholder: "search all columns",
      "aria-label": "Search all columns",
      autocomplete: "off",
      spellcheck: "false",
      input: () => this.#askSoon({ search: this.search.value }),
      keydown: (event) => event.key === "Enter" && this.#ask({}),
    });
    this.filterButton = button("Filter", "Filter by column", () => this.#toggleFilters());
    this.found = make("span", { class: "rt-found", "aria-live": "polite" });
    this.clear = button("Clear", "Clear search and filters", () => this.#clear());
    this.separators = button("1,000", "Thousands separators", () =>
      this.#ask({ separators: !this.#state.separators }),
    );
    return make(
      "div",
      { class: "rt-bar", role: "group", "aria-label": "Tools of the table" },
      this.search,
      this.filterButton,
      this.clear,
      this.found,
      make("span", { class: "rt-space" }),
      this.separators,
      button("Columns", "Show and hide columns", (event) => this.#columnsMenu(event.currentTarget)),
      button("Copy", "Copy the rows, to paste them into a sheet", () => this.#copyAll()),
      button("Download", "Download the rows as a file", (event) =>
        this.#downloadMenu(event.currentTarget),
      ),
    );
  }

  #grid() {
    this.head = make("thead", { role: "rowgroup" });
    this.body = make("tbody", {
      role: "rowgroup",
      mousedown: (event) => this.#startBlock(event),
      mouseover: (event) => this.#stretchBlock(event),
      click: (event) => this.#clicked(event),
    });
    this.table = make(
      "table",
      {
        role: "grid",
        "aria-label": "Rows of the result",
        "aria-multiselectable": "true",
        keydown: (event) => this.#pressed(event),
        mousedown: (event) => event.stopPropagation(), // JupyterLab would select cells of the notebook
      },
      this.head,
      this.body,
    );
    return make("div", { class: "rt-scroll" }, this.table);
  }

  #foot() {
    const page = (step) => this.#turn(this.#start + step * this.#state.size);
    this.back = [
      button("«", "First page", () => this.#turn(0)),
      button("‹", "Previous page", () => page(-1)),
    ];
    this.forth = [
      button("›", "Next page", () => page(1)),
      button("»", "Last page", () => this.#turn(Infinity)),
    ];
    this.where = make("span", { class: "rt-where" });
    this.size = make("select", {
      "aria-label": "Rows per page",
      change: () => this.#resize(Number(this.size.value)),
    });
    this.busy = make("span", { class: "rt-busy", "aria-live": "polite" });
    this.note = make("span", { class: "rt-note", "aria-live": "polite" });
    return make(
      "div",
      { class: "rt-foot" },
      make("span", { class: "rt-pages" }, ...this.back, this.where, ...this.forth),
      make("label", {}, this.size, " rows a page"),
      this.busy,
      this.note,
    );
  }

  #resize(size) {
    this.#ask({ size, start: Math.floor(this.#start / size) * size });
  }

  #toggleFilters(index) {
    this.#showsFilters = index === undefined ? !this.#showsFilters : true;
    this.#draw();
    const place = this.#shown.indexOf(index ?? this.#shown[0]);
    if (this.#showsFilters) this.head.rows[0].cells[place]?.querySelector("input").focus();
  }

  #clear() {
    for (const input of [this.search, ...this.head.querySelectorAll("input")]) input.value = "";
    this.#ask({ search: "", filters: {}, start: 0 });
    this.search.focus();
  }

  // ---- drawing

  /** Draw once, however many values have changed. */
  #plan = () => {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    queueMicrotask(() => {
      this.#isPlanned = false;
      this.#draw();
    });
  };

  #draw() {
    const state = this.#state;
    const shown = String(this.#shown);
    const columns = this.#columns;
    if (columns !== this.#drawn.columns) this.#widths.clear();
    if (columns !== this.#drawn.columns || shown !== this.#drawn.shown) this.#drawHead();
    this.#drawOrder(state.sort);
    this.#drawFilters(state);
    const page = this.#model.get("page");
    const isSame = columns === this.#drawn.columns && page === this.#drawn.page;
    if (!isSame || shown !== this.#drawn.shown) this.#drawRows();
    this.#drawn = { columns, shown, page };
    this.table.classList.toggle("rt-pinned", state.pinned);
    this.separators.setAttribute("aria-pressed", state.separators);
    this.#drawFoot(state);
  }

  #drawHead() {
    const cells = this.#shown.map((index) => this.#headCell(index, this.#columns[index]));
    this.head.replaceChildren(
      make("tr", { role: "row", "aria-rowindex": 1 }, ...cells, rest("th")),
    );
    this.table.setAttribute("aria-colcount", this.#columns.length);
    this.#at.place = within(0, this.#at.place, cells.length - 1);
  }

  #headCell(index, { name, dtype, kind }) {
    const note = make("span", { class: "rt-problem", id: `${this.#id}-${index}` });
    const filter = make("input", {
      type: "text",
      "aria-describedby": note.id,
      autocomplete: "off",
      placeholder: FILTER_HINTS[kind] ?? FILTER_HINTS.text,
      title: `Filter ${name}: ${FILTER_WORDS[kind] ?? FILTER_WORDS.text}`,
      spellcheck: "false",
      input: () => this.#filter(index, filter.value),
      keydown: (event) => event.key === "Enter" && this.#ask({}),
    });
    const edge = make("span", {
      class: "rt-edge",
      title: "Drag to set the width; double-click to fit",
      pointerdown: (event) => this.#drag(event, index),
      dblclick: () => this.#setWidth(index, "none"),
    });
    return this.#sized(
      index,
      make(
        "th",
        {
          role: "columnheader",
          scope: "col",
          tabindex: -1,
          "aria-colindex": index + 1,
          class: `rt-${kind}`,
          "data-index": index,
          focus: () => this.#noteFocus(-1, this.#shown.indexOf(index)),
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
              click: (event) => this.#sort(index, event.shiftKey),
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
            click: () => this.#columnMenu(index),
          }),
        ),
        make("div", { class: "rt-filter" }, filter, note),
        edge,
      ),
    );
  }

  #drawOrder(sort) {
    for (const cell of this.head.querySelectorAll("[data-index]")) {
      const place = sort.findIndex(([column]) => column === Number(cell.dataset.index));
      const direction = sort[place]?.[1];
      cell.setAttribute("aria-sort", direction ?? "none");
      const arrow = { ascending: "▲", descending: "▼" }[direction] ?? "";
      cell.querySelector(".rt-arrow").textContent =
        arrow + (arrow && sort.length > 1 ? place + 1 : "");
    }
  }

  #drawFilters({ filters, search }) {
    const notes = this.#model.get("notes") ?? {};
    const isShown = this.#showsFilters || Object.keys(filters).length > 0;
    this.#showsFilters = isShown;
    this.table.classList.toggle("rt-filters", isShown);
    this.filterButton.setAttribute("aria-expanded", isShown);
    this.#fill(this.search, search);
    for (const cell of this.head.querySelectorAll("[data-index]")) {
      const { index } = cell.dataset;
      const input = cell.querySelector("input");
      this.#fill(input, filters[index] ?? "");
      input.setAttribute("aria-invalid", Boolean(notes[index]));
      cell.querySelector(".rt-problem").textContent = notes[index] ?? "";
    }
  }

  /** Show a value of the kernel's, unless somebody is typing there. */
  #fill(input, value) {
    if (input.value !== value && input !== this.#focused) input.value = value;
  }

  get #focused() {
    return this.#root.getRootNode().activeElement;
  }

  #drawRows() {
    const hadFocus = this.body.contains(this.#focused);
    const shown = this.#shown;
    const rows = this.#rows.map((row, place) =>
      make(
        "tr",
        {
          role: "row",
          "aria-rowindex": this.#start + place + 2,
        },
        ...shown.map((index) => this.#cell(row[index], index)),
        rest("td"),
      ),
    );
    this.body.replaceChildren(...rows);
    this.#at.row = within(-1, this.#at.row, rows.length - 1);
    this.#anchor = { ...this.#at };
    this.#drawBlock();
    if (hadFocus) this.#cellAt(this.#at)?.focus();
  }

  /** @param {Cell} value */
  #cell(value, index) {
    const { kind } = this.#columns[index];
    const cell = make("td", {
      role: "gridcell",
      tabindex: -1,
      "aria-colindex": index + 1,
      class: `rt-${kind}`,
    });
    if (value === null || value === undefined)
      cell.append(make("span", { class: "rt-null" }, "null"));
    else if (typeof value === "string") cell.append(value);
    else this.#fillCell(cell, value, kind);
    return this.#sized(index, cell);
  }

  #fillCell(cell, { text, full, more, kind }, columnKind) {
    cell.title = full ?? "";
    if (kind === "empty") {
      cell.append(make("span", { class: "rt-null" }, "empty"));
    } else if (kind === "link" && isLink(full)) {
      cell.append(
        make(
          "a",
          {
            href: full,
            target: "_blank",
            rel: "noopener noreferrer",
            tabindex: -1,
          },
          text,
        ),
      );
    } else {
      cell.append(text);
      if (kind === "hash")
        cell.append(
          button("", "Copy", () => this.#copyBlock(), { class: "rt-icon rt-copy", tabindex: -1 }),
        );
      const isCut = more || (columnKind === "text" && !kind && full !== undefined);
      cell.classList.toggle("rt-opens", kind === "json" || Boolean(isCut));
    }
  }

  #drawFoot({ filters, search, start, size }) {
    const [found, total] = [this.#model.get("found") ?? 0, this.#model.get("total") ?? 0];
    const busy = this.#model.get("busy") ?? "";
    const last = this.#start + this.#rows.length;
    const isNarrowed = Boolean(search) || Object.keys(filters).length > 0;
    this.found.textContent = isNarrowed ? `${counted(found)} of ${rowsOf(total)}` : "";
    this.clear.hidden = !isNarrowed;
    this.where.textContent = found
      ? `rows ${counted(this.#start + 1)} to ${counted(last)} of ${counted(found)}`
      : isNarrowed
        ? "no row matches"
        : "no rows";
    for (const each of this.back) each.disabled = this.#start === 0;
    for (const each of this.forth) each.disabled = last >= found;
    const sizes = [...new Set([...SIZES, size])].sort((one, other) => one - other);
    this.size.replaceChildren(
      ...sizes.map((each) => make("option", { value: each, selected: each === size }, each)),
    );
    this.busy.textContent = busy;
    this.table.setAttribute("aria-busy", Boolean(busy));
    this.table.setAttribute("aria-rowcount", found + 1);
  }

  // ---- widths

  #sized(index, cell) {
    const width = this.#widths.get(index);
    if (width === undefined) return cell;
    const size = width === "none" ? "" : `${width}px`;
    Object.assign(cell.style, { width: size, minWidth: size, maxWidth: size || "none" });
    return cell;
  }

  #setWidth(index, width) {
    this.#widths.set(index, width);
    const place = this.#shown.indexOf(index);
    for (const row of this.table.rows) this.#sized(index, row.cells[place]);
  }

  #drag(event, index) {
    event.preventDefault();
    const edge = event.currentTarget;
    const left = event.clientX - edge.parentElement.offsetWidth;
    const move = ({ clientX }) => this.#setWidth(index, Math.max(NARROWEST, clientX - left));
    edge.setPointerCapture(event.pointerId);
    edge.addEventListener("pointermove", move);
    edge.addEventListener(
      "lostpointercapture",
      () => edge.removeEventListener("pointermove", move),
      { once: true },
    );
  }

  // ---- focus, keys and blocks of cells

  #cellAt({ row, place }) {
    return (row < 0 ? this.head : this.body).rows[Math.max(0, row)]?.cells[place];
  }

  #noteFocus(row, place) {
    this.#at = { row, place };
    this.#anchor = { row, place };
    this.#drawBlock();
  }

  #moveTo(row, place, isBlock = false) {
    this.#at = {
      row: within(isBlock ? 0 : -1, row, this.#rows.length - 1),
      place: within(0, place, this.#shown.length - 1),
    };
    if (!isBlock) this.#anchor = { ...this.#at };
    this.#drawBlock();
    this.#cellAt(this.#at)?.focus();
  }

  #block() {
    const range = (one, other) =>
      Array.from({ length: Math.abs(one - other) + 1 }, (_, step) => Math.min(one, other) + step);
    return {
      rows: range(this.#at.row, this.#anchor.row),
      places: range(this.#at.place, this.#anchor.place),
    };
  }

  #drawBlock() {
    for (const old of this.table.querySelectorAll("[aria-selected]"))
      old.removeAttribute("aria-selected");
    this.table.querySelector("[tabindex='0']")?.setAttribute("tabindex", -1);
    this.#cellAt(this.#at)?.setAttribute("tabindex", 0);
    const { rows, places } = this.#block();
    if (rows.length * places.length < 2) return;
    for (const row of rows) {
      for (const place of places)
        this.#cellAt({ row, place })?.setAttribute("aria-selected", "true");
    }
  }

  #placeOf(target) {
    const cell = target.closest("td[role=gridcell]");
    return cell && { row: cell.parentElement.sectionRowIndex, place: cell.cellIndex };
  }

  #startBlock(event) {
    const found = this.#placeOf(event.target);
    if (!found || event.button !== 0) return;
    if (event.shiftKey) event.preventDefault(); // no selection of text
    this.#moveTo(found.row, found.place, event.shiftKey && this.#anchor.row >= 0);
  }

  #stretchBlock(event) {
    const found = event.buttons === 1 && this.#placeOf(event.target);
    if (!found || this.#anchor.row < 0 || !this.body.contains(this.#focused)) return;
    const isBlock = found.row !== this.#anchor.row || found.place !== this.#anchor.place;
    if (isBlock) getSelection().removeAllRanges();
    this.#moveTo(found.row, found.place, isBlock);
  }

  #clicked(event) {
    const cell = event.target.closest(".rt-opens");
    if (cell && !event.shiftKey && getSelection().isCollapsed) this.#openValue();
  }

  /** JupyterLab takes keys where the notebook has the focus; it leaves these to the table. */
  #keepKeys = (event) => {
    const isCommand = event.ctrlKey || event.metaKey;
    const isOurs = !isCommand || /^(Arrow.*|Home|End|[acvx])$/i.test(event.key);
    this.#root.toggleAttribute("data-lm-suppress-shortcuts", isOurs);
  };

  #pressed(event) {
    if (event.target.matches("input")) return;
    const { row, place } = this.#at;
    const isCommand = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (isCommand && key === "c") {
      if (!getSelection().isCollapsed) return; // a part of a text is selected
      this.#copyBlock();
    } else if (isCommand && key === "a") this.#selectPage();
    else if (
      key === "ContextMenu" ||
      (event.shiftKey && key === "F10") ||
      (event.altKey && key === "ArrowDown")
    ) {
      this.#columnMenu(this.#shown[place]);
    } else if (MOVES[key]) this.#step(MOVES[key], event.shiftKey, isCommand);
    else if (key === "Home") this.#moveTo(isCommand ? 0 : row, 0, event.shiftKey);
    else if (key === "End") this.#moveTo(isCommand ? Infinity : row, Infinity, event.shiftKey);
    else if (key === "PageDown") this.#turn(this.#start + this.#state.size);
    else if (key === "PageUp") this.#turn(this.#start - this.#state.size);
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
      row === this.#rows.length - 1 &&
      this.#turn(this.#start + this.#state.size)
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
    const { row, place } = this.#at;
    const cell = this.#cellAt(this.#at);
    if (row < 0) this.#sort(this.#shown[place], isFurther);
    else if (cell.classList.contains("rt-opens")) this.#openValue();
    else cell.querySelector("a")?.click();
  }

  // ---- whole values, copies and files

  #say(text, isWrong = false) {
    this.note.textContent = text;
    this.note.classList.toggle("rt-wrong", isWrong);
  }

  /** Do what may fail, and say how it went. */
  async #try(words, task) {
    this.#say(words);
    try {
      this.#say(await task());
    } catch (error) {
      this.#say(error.message, true);
      if (error.code) this.note.append(make("code", {}, error.code));
    }
  }

  /** Return a cell's whole value, or a promise of it. */
  #whole(row, place) {
    const index = this.#shown[place];
    if (row < 0) return this.#columns[index].name;
    const value = this.#rows[row][index];
    if (value === null || value === undefined) return "";
    if (typeof value === "string") return value;
    return value.more ? this.#askFor(row, index) : (value.full ?? value.text);
  }

  #askFor(row, column) {
    const { numbers } = this.#model.get("page");
    return this.#kernel.ask({ type: "cell", row: numbers[row], column }).then(textOf);
  }

  #copyBlock() {
    const { rows, places } = this.#block();
    const isOne = rows.length * places.length === 1;
    const lines = rows.map((row) => Promise.all(places.map((place) => this.#whole(row, place))));
    const text = Promise.all(lines).then((known) =>
      isOne ? known[0][0] : known.map((cells) => cells.map(field).join("\t")).join("\n"),
    );
    this.#try("", async () => {
      await copy(text);
      return isOne ? "Copied." : `${rowsOf(rows.length)} of ${places.length} columns copied.`;
    });
  }

  #copyAll() {
    const answer = this.#kernel.ask({ type: "copy", scope: "found" });
    this.#try("Copying …", async () => {
      await copy(answer.then(textOf));
      return (await answer).note || "Copied.";
    });
  }

  #download(format, scope) {
    this.#try("Making the file …", async () => {
      const { bytes, name, note } = await this.#kernel.ask({ type: "download", format, scope });
      save(bytes, name);
      return [`Saved as ${name}.`, note].filter(Boolean).join(" ");
    });
  }

  async #openValue() {
    const { row, place } = this.#at;
    const index = this.#shown[place];
    const { name } = this.#columns[index];
    const text = make("pre", { tabindex: 0, "aria-label": name }, "…");
    this.#popup(
      this.#cellAt(this.#at),
      name,
      make("b", {}, name),
      text,
      button("Copy", `Copy ${name}`, () => this.#copyBlock()),
    );
    try {
      text.textContent = await this.#askFor(row, index);
    } catch (error) {
      text.textContent = error.message;
    }
  }

  // ---- menus

  /** Open a box at an element; Escape and a click elsewhere close it. */
  #popup(at, label, ...children) {
    const back = this.#focused;
    const box = make(
      "div",
      {
        class: "rt-popup",
        popover: "auto",
        role: "dialog",
        "aria-label": label,
        toggle: (event) => {
          if (event.newState !== "closed") return;
          const hadFocus = box.contains(this.#focused) || this.#focused === document.body;
          box.remove();
          if (hadFocus) (back?.isConnected ? back : this.#cellAt(this.#at))?.focus();
        },
      },
      ...children,
    );
    this.#root.append(box);
    box.showPopover();
    const { left, top, bottom } = at.getBoundingClientRect();
    const right = Math.min(this.#root.getBoundingClientRect().right, innerWidth - 4);
    box.style.left = `${within(4, left, right - box.offsetWidth)}px`;
    const isBelow = bottom + box.offsetHeight < innerHeight || top < box.offsetHeight;
    box.style.top = `${isBelow ? within(4, bottom, innerHeight - box.offsetHeight - 4) : top - box.offsetHeight}px`;
    box.querySelector("input, button, [tabindex]")?.focus();
    return box;
  }

  #columnMenu(index) {
    const { name, can_be_amount: canBeAmount } = this.#columns[index];
    const place = this.#shown.indexOf(index);
    const item = (text, act) =>
      button(text, text, () => {
        box.hidePopover();
        act();
      });
    const entries = [
      item("Sort ascending", () => this.#sortBy(index, "ascending")),
      item("Sort descending", () => this.#sortBy(index, "descending")),
      item("Filter …", () => this.#toggleFilters(index)),
      item("Fit width", () => this.#setWidth(index, "none")),
    ];
    if (place === 0)
      entries.push(item(this.#state.pinned ? "Let scroll" : "Keep in sight", () => this.#pin()));
    if (this.#shown.length > 1) entries.push(item("Hide", () => this.#hide(index, true)));
    if (canBeAmount) entries.push(this.#amountForm(index));
    const box = this.#popup(this.head.rows[0].cells[place], `Menu of ${name}`, ...entries);
  }

  #pin() {
    this.#ask({ pinned: !this.#state.pinned });
  }

  #hide(index, isHidden) {
    const others = this.#state.hidden.filter((each) => each !== index);
    this.#ask({ hidden: isHidden ? [...others, index] : others });
  }

  #amountForm(index) {
    const decimals = this.#state.amounts[index];
    const input = make("input", {
      type: "number",
      min: 0,
      max: 77,
      value: decimals ?? 18,
      "aria-label": "Decimals of the token",
      keydown: (event) => event.key === "Enter" && set(),
    });
    const set = () => {
      if (!input.value || !input.checkValidity()) return;
      input.closest("[popover]").hidePopover();
      this.#ask({ amounts: { ...this.#state.amounts, [index]: Number(input.value) } });
    };
    const unset = () => {
      input.closest("[popover]").hidePopover();
      const { [index]: _, ...amounts } = this.#state.amounts;
      this.#ask({ amounts });
    };
    return make(
      "div",
      { class: "rt-amount" },
      make("label", {}, "As amount with ", input, " decimals "),
      button("Show", "Show as amount", set),
      ...(decimals === undefined ? [] : [button("As it is", "Show the number as it is", unset)]),
    );
  }

  #columnsMenu(at) {
    const tick = (label, isOn, change) => {
      const box = make("input", { type: "checkbox", change: () => change(box.checked) });
      box.checked = isOn;
      return make("label", {}, box, label);
    };
    const hidden = new Set(this.#state.hidden);
    const box = this.#popup(
      at,
      "Columns",
      tick("Keep the first column in sight", this.#state.pinned, () => this.#pin()),
      ...(hidden.size
        ? [
            button("Show all", "Show all columns", () => {
              box.hidePopover();
              this.#ask({ hidden: [] });
            }),
          ]
        : []),
      make("hr"),
      ...this.#columns.map(({ name }, index) =>
        tick(name, !hidden.has(index), (isOn) => this.#hide(index, !isOn)),
      ),
    );
  }

  #downloadMenu(at) {
    const [found, total] = [this.#model.get("found"), this.#model.get("total")];
    const isPart = found < total;
    const choice = (value, text) =>
      make(
        "label",
        {},
        make("input", {
          type: "radio",
          name: `${this.#id}-scope`,
          value,
          checked: value === "found",
        }),
        text,
      );
    const scopes = isPart
      ? [choice("found", `The ${rowsOf(found)} found`), choice("all", `All ${rowsOf(total)}`)]
      : [make("span", {}, `All ${rowsOf(total)}`)];
    const formats = Object.entries(FORMATS).map(([name, format]) =>
      button(name, `Download as ${name}`, () => {
        const scope = box.querySelector(":checked")?.value ?? "all";
        box.hidePopover();
        this.#download(format, scope);
      }),
    );
    const box = this.#popup(
      at,
      "Download",
      ...scopes,
      make("div", { class: "rt-row" }, ...formats),
    );
  }
}

/** Return the cell that takes what is left of the width. */
const rest = (tag) => make(tag, { class: "rt-rest", "aria-hidden": "true" });

export default {
  render({ model, el }) {
    const root = make("div", { class: "wf-grid" });
    el.append(root);
    const table = new ResultTable(model, root);
    return () => table.close();
  },
};
