/** A table that holds the page it shows: sorting, filters, texts and files are the kernel's. */

class ResultTable {
  #drawn = {};
  #isPlanned = false;
  #showsFilters = false;

  constructor(model, root) {
    this.root = root;
    this.id = `rt-${Math.random().toString(36).slice(2)}`;
    this.model = new TableModel(model, () => this.#plan());
    this.widths = new Widths(this);
    this.selection = new Selection(this);
    this.tools = new Tools(this);
    root.append(this.tools.above, this.#grid(), this.tools.below);
    root.addEventListener("keydown", (event) => event.stopPropagation());
    window.addEventListener("keydown", this.#keepKeys, true);
    this.#draw();
  }

  close() {
    window.removeEventListener("keydown", this.#keepKeys, true);
    this.model.close();
  }

  get focused() {
    return this.root.getRootNode().activeElement;
  }

  /** Do what may fail, and say how it went. */
  async report(words, task) {
    this.tools.say(words);
    try {
      this.tools.say(await task());
    } catch (error) {
      this.tools.sayProblem(error);
    }
  }

  toggleFilters() {
    this.#showsFilters = !this.#showsFilters;
    this.#draw();
    if (this.#showsFilters) this.#focusFilter(0);
  }

  showFilter(index) {
    this.#showsFilters = true;
    this.#draw();
    this.#focusFilter(this.model.shown.indexOf(index));
  }

  #focusFilter(place) {
    this.head.rows[0].cells[place]?.querySelector("input")?.focus();
  }

  clearFilters() {
    const { search } = this.tools;
    for (const input of [search, ...this.head.querySelectorAll("input")]) input.value = "";
    this.model.ask({ search: "", filters: {}, start: 0 });
    search.focus();
  }

  #grid() {
    const { selection } = this;
    this.head = make("thead", { role: "rowgroup" });
    this.body = make("tbody", {
      role: "rowgroup",
      mousedown: (event) => selection.startBlock(event),
      mouseover: (event) => selection.stretchBlock(event),
      click: (event) => selection.clicked(event),
    });
    this.element = make(
      "table",
      {
        role: "grid",
        "aria-label": "Rows of the result",
        "aria-multiselectable": "true",
        keydown: (event) => selection.pressed(event),
        mousedown: (event) => event.stopPropagation(), // JupyterLab would select cells of the notebook
      },
      this.head,
      this.body,
    );
    return make("div", { class: "rt-scroll" }, this.element);
  }

  /** JupyterLab takes keys where the notebook has the focus; it leaves these to the table. */
  #keepKeys = (event) => {
    const isCommand = event.ctrlKey || event.metaKey;
    const isOurs = !isCommand || /^(Arrow.*|Home|End|[acvx])$/i.test(event.key);
    this.root.toggleAttribute("data-lm-suppress-shortcuts", isOurs);
  };

  /** Draw once, however many values have changed. */
  #plan() {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    queueMicrotask(() => {
      this.#isPlanned = false;
      this.#draw();
    });
  }

  #draw() {
    const { state, columns, page, found, busy } = this.model;
    const shown = String(this.model.shown);
    if (state.request !== this.#drawn.request) this.tools.say(""); // what was said is over
    if (columns !== this.#drawn.columns) this.widths.clear();
    const isSame = columns === this.#drawn.columns && shown === this.#drawn.shown;
    if (!isSame) this.#drawHead();
    this.#drawOrder(state.sort);
    this.#drawFilters(state);
    if (!isSame || page !== this.#drawn.page) this.#drawRows();
    this.#drawn = { columns, shown, page, request: state.request };
    this.element.classList.toggle("rt-pinned", state.pinned);
    this.element.setAttribute("aria-busy", Boolean(busy));
    this.element.setAttribute("aria-rowcount", found + 1);
    this.tools.draw();
  }

  #drawHead() {
    const cells = this.model.shown.map((index) => headCell(this, index));
    this.head.replaceChildren(
      make("tr", { role: "row", "aria-rowindex": 1 }, ...cells, rest("th")),
    );
    this.element.setAttribute("aria-colcount", this.model.columns.length);
    this.selection.fitColumns(cells.length);
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
    const { notes } = this.model;
    const isShown = this.#showsFilters || Object.keys(filters).length > 0;
    this.#showsFilters = isShown;
    this.element.classList.toggle("rt-filters", isShown);
    this.tools.filterButton.setAttribute("aria-expanded", isShown);
    this.#fill(this.tools.search, search);
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
    if (input.value !== value && input !== this.focused) input.value = value;
  }

  #drawRows() {
    const { rows, start, shown } = this.model;
    const hadFocus = this.body.contains(this.focused);
    const drawn = rows.map((row, place) =>
      make(
        "tr",
        { role: "row", "aria-rowindex": start + place + 2 },
        ...shown.map((index) => bodyCell(this, row[index], index)),
        rest("td"),
      ),
    );
    this.body.replaceChildren(...drawn);
    this.selection.fitRows(drawn.length);
    if (hadFocus) this.selection.cell?.focus();
  }
}

export default {
  initialize,
  render({ model, el }) {
    const root = make("div", { class: "wf-grid" });
    el.append(root);
    const table = new ResultTable(model, root);
    return () => table.close();
  },
};
