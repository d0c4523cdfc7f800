/** What a table knows of its rows, and what it asks the kernel for. */

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
const WATCHED = ["columns", "page", "found", "total", "notes", "state", "busy"];
const TYPING_ENDS_AFTER = 300; // milliseconds

/** Questions to the kernel, and its answers. */
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

class TableModel {
  #model;
  #changed;
  #typing = {};
  #timer;

  /** @param changed called when the kernel has set a value */
  constructor(model, changed) {
    this.#model = model;
    this.#changed = changed;
    this.kernel = new Kernel(model);
    for (const name of WATCHED) model.on(`change:${name}`, changed);
  }

  close() {
    clearTimeout(this.#timer);
    for (const name of WATCHED) this.#model.off(`change:${name}`, this.#changed);
    this.kernel.close();
  }

  get state() {
    return { ...STATE, ...this.#model.get("state"), ...this.#typing };
  }

  get columns() {
    return this.#model.get("columns") ?? [];
  }

  /** The indices of the columns that are not hidden. */
  get shown() {
    const hidden = new Set(this.state.hidden);
    return [...this.columns.keys()].filter((index) => !hidden.has(index));
  }

  get page() {
    return this.#model.get("page");
  }

  /** @returns {Cell[][]} */
  get rows() {
    return this.page?.rows ?? [];
  }

  get start() {
    return this.page?.start ?? 0;
  }

  get found() {
    return this.#model.get("found") ?? 0;
  }

  get total() {
    return this.#model.get("total") ?? 0;
  }

  get busy() {
    return this.#model.get("busy") ?? "";
  }

  /** What is wrong with filters, by column. */
  get notes() {
    return this.#model.get("notes") ?? {};
  }

  ask(changes) {
    clearTimeout(this.#timer);
    const request = this.state.request + 1;
    this.#model.set("state", { ...this.state, ...changes, request });
    this.#typing = {};
    this.#model.save_changes();
  }

  /** Ask once the typing has stopped. */
  askSoon(changes) {
    this.#typing = { ...this.#typing, ...changes, start: 0 };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.ask({}), TYPING_ENDS_AFTER);
  }

  /** Sort by a column in its next direction: ascending, descending, not at all. */
  sort(index, isFurther) {
    const { sort } = this.state;
    const before = sort.find(([column]) => column === index)?.[1];
    const isAlone = sort.length === 1 && before;
    const next = { ascending: "descending", descending: null }[isFurther || isAlone ? before : ""];
    this.sortBy(index, next === undefined ? "ascending" : next, isFurther);
  }

  sortBy(index, direction, isFurther = false) {
    const kept = isFurther ? this.state.sort : [];
    const place = kept.findIndex(([column]) => column === index);
    const sort = kept.filter(([column]) => column !== index);
    if (direction) sort.splice(place < 0 ? sort.length : place, 0, [index, direction]);
    this.ask({ sort, start: 0 });
  }

  filter(index, text) {
    const filters = { ...this.state.filters, [index]: text };
    if (!text) delete filters[index];
    this.askSoon({ filters });
  }

  /** Go to the page that starts there; return whether it is another one. */
  turn(start) {
    const { size } = this.state;
    const last = Math.max(0, Math.floor((this.found - 1) / size) * size);
    const wanted = within(0, start, last);
    const isOther = wanted !== this.start;
    if (isOther) this.ask({ start: wanted });
    return isOther;
  }

  /** Go on by so many pages. */
  step(pages) {
    return this.turn(this.start + pages * this.state.size);
  }

  resize(size) {
    this.ask({ size, start: Math.floor(this.start / size) * size });
  }

  pin() {
    this.ask({ pinned: !this.state.pinned });
  }

  hide(index, isHidden) {
    const others = this.state.hidden.filter((each) => each !== index);
    this.ask({ hidden: isHidden ? [...others, index] : others });
  }

  /** Show a column as amounts with so many digits behind the point; without, as it is. */
  showAmounts(index, decimals) {
    const { [index]: _, ...others } = this.state.amounts;
    this.ask({ amounts: decimals === undefined ? others : { ...others, [index]: decimals } });
  }

  /** Return a cell's whole value, or a promise of it. */
  whole(row, index) {
    if (row < 0) return this.columns[index].name;
    const value = this.rows[row][index];
    if (value === null || value === undefined) return "";
    if (typeof value === "string") return value;
    return value.more ? this.panelText(row, index) : (value.full ?? value.text);
  }

  /** Return a cell's whole value as a panel shows it, from the kernel. */
  panelText(row, column) {
    return this.kernel.ask({ type: "cell", row: this.page.numbers[row], column }).then(textOf);
  }
}
