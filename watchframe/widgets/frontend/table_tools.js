/** What stands above and below a table's rows: search, tools, pages, and what is said. */

const SIZES = [10, 25, 100];

class Tools {
  #table;
  #model;

  constructor(table) {
    this.#table = table;
    this.#model = table.model;
    this.above = this.#bar();
    this.below = this.#foot();
  }

  #bar() {
    const table = this.#table;
    const model = this.#model;
    this.search = make("input", {
      type: "search",
      class: "rt-search",
      placeholder: "search all columns",
      "aria-label": "Search all columns",
      autocomplete: "off",
      spellcheck: "false",
      input: () => model.askSoon({ search: this.search.value }),
      keydown: (event) => event.key === "Enter" && model.ask({}),
    });
    this.filterButton = button("Filter", "Filter by column", () => table.toggleFilters());
    this.found = make("span", { class: "rt-found", "aria-live": "polite" });
    this.clear = button("Clear", "Clear search and filters", () => table.clearFilters());
    this.separators = button("1,000", "Thousands separators", () =>
      model.ask({ separators: !model.state.separators }),
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
      button("Columns", "Show and hide columns", (event) =>
        columnsMenu(table, event.currentTarget),
      ),
      button("Copy", "Copy the rows, to paste them into a sheet", () => this.#copyAll()),
      button("Download", "Download the rows as a file", (event) =>
        downloadMenu(table, event.currentTarget),
      ),
    );
  }

  #foot() {
    const model = this.#model;
    this.back = [
      button("«", "First page", () => model.turn(0)),
      button("‹", "Previous page", () => model.step(-1)),
    ];
    this.forth = [
      button("›", "Next page", () => model.step(1)),
      button("»", "Last page", () => model.turn(Infinity)),
    ];
    this.where = make("span", { class: "rt-where" });
    this.size = make("select", {
      "aria-label": "Rows per page",
      change: () => model.resize(Number(this.size.value)),
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

  draw() {
    const { state, found, total, start, busy } = this.#model;
    const last = start + this.#model.rows.length;
    const isNarrowed = Boolean(state.search) || Object.keys(state.filters).length > 0;
    this.separators.setAttribute("aria-pressed", state.separators);
    this.found.textContent = isNarrowed ? `${counted(found)} of ${rowsOf(total)}` : "";
    this.clear.hidden = !isNarrowed;
    this.where.textContent = found
      ? `rows ${counted(start + 1)} to ${counted(last)} of ${counted(found)}`
      : isNarrowed
        ? "no row matches"
        : "no rows";
    for (const each of this.back) each.disabled = start === 0;
    for (const each of this.forth) each.disabled = last >= found;
    const sizes = [...new Set([...SIZES, state.size])].sort((one, other) => one - other);
    this.size.replaceChildren(
      ...sizes.map((each) => make("option", { value: each, selected: each === state.size }, each)),
    );
    this.busy.textContent = busy;
  }

  #copyAll() {
    const answer = this.#model.kernel.ask({ type: "copy", scope: "found" });
    this.#table.report("Copying …", async () => {
      await copyText(answer.then(textOf));
      return (await answer).note || "Copied.";
    });
  }

  say(text, isWrong = false) {
    this.note.textContent = text;
    this.note.classList.toggle("rt-wrong", isWrong);
  }

  sayProblem({ message, code }) {
    this.say(message, true);
    if (code) this.note.append(make("code", {}, code));
  }
}
