/** A calendar of one month for a day, or of two for a range. Days are ISO texts throughout. */

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS = [
  "January", "February", "March", "April", "May", "June",
  "July", "August", "September", "October", "November", "December",
];
const FIRST_YEAR = 1;
const LAST_YEAR = 9999;
/** Pixels from which two months stand side by side. */
const ROOM_FOR_TWO = 430;

const isoOf = (date) => date.toISOString().slice(0, 10);
const dateOf = (day) => new Date(`${day}T00:00:00Z`);
const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(dateOf(text).getTime());
const weekdayOf = (date) => (date.getUTCDay() + 6) % 7;

/** Return the first day of a month; months before January and after December are carried over. */
function firstOfMonth(year, month) {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 1);
  return date;
}

function isInCalendar(date) {
  const year = date.getUTCFullYear();
  return year >= FIRST_YEAR && year <= LAST_YEAR;
}

function plusDays(day, count) {
  const date = dateOf(day);
  date.setUTCDate(date.getUTCDate() + count);
  return isInCalendar(date) ? isoOf(date) : day;
}

/** Return the same day so many months later; of a shorter month its last day. */
function plusMonths(day, count) {
  const date = dateOf(day);
  const first = firstOfMonth(date.getUTCFullYear(), date.getUTCMonth() + count);
  if (!isInCalendar(first)) return day;
  const next = firstOfMonth(first.getUTCFullYear(), first.getUTCMonth() + 1);
  const length = Math.round((next - first) / 86_400_000);
  first.setUTCDate(Math.min(date.getUTCDate(), length));
  return isoOf(first);
}

const monthOf = (day) => day.slice(0, 7);

function element(tag, attributes = {}, text = "") {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

const KEYS = {
  ArrowLeft: (day) => plusDays(day, -1),
  ArrowRight: (day) => plusDays(day, 1),
  ArrowUp: (day) => plusDays(day, -7),
  ArrowDown: (day) => plusDays(day, 7),
  Home: (day) => plusDays(day, -weekdayOf(dateOf(day))),
  End: (day) => plusDays(day, 6 - weekdayOf(dateOf(day))),
  PageUp: (day, event) => plusMonths(day, event.shiftKey ? -12 : -1),
  PageDown: (day, event) => plusMonths(day, event.shiftKey ? 12 : 1),
};

class Calendar {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    /** The first day of a range whose last day is not chosen yet. */
    this.pending = "";
    /** The day under the pointer, up to which a range would go. */
    this.hovered = "";
    this.monthCount = 1;
    /** The month on the left, such as 2026-01. */
    this.first = "";
    this.months = element("div", { class: "wf-calendar-months" });
    this.help = element("div", { class: "wf-calendar-help", "aria-live": "polite" });
    this.isRange = model.get("mode") === "range";
    root.classList.add("wf-calendar");
    root.classList.toggle("wf-calendar-range", this.isRange);
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", model.get("label"));
    // JupyterLab takes arrow keys for itself anywhere but in text fields and here.
    root.setAttribute("data-lm-suppress-shortcuts", "true");
    root.append(
      this.turnButtons("wf-calendar-back", [["«", "Year back", -12], ["‹", "Month back", -1]]),
      this.turnButtons("wf-calendar-on", [["›", "Month on", 1], ["»", "Year on", 12]]),
      this.months,
      this.help,
    );
    root.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("keydown", (event) => this.pressed(event));
    this.months.addEventListener("pointerover", (event) => this.pointed(dayAt(event)));
    this.months.addEventListener("pointerleave", () => this.pointed(""));
    this.goToChosen();
  }

  get chosen() {
    return this.model.get("chosen").filter(isDay);
  }

  /** Show the months of what is chosen, or else of today. */
  goToChosen() {
    const today = this.model.get("today");
    const start = isDay(today) ? today : isoOf(new Date());
    const chosen = this.chosen;
    this.pending = "";
    this.cursor = chosen.at(-1) ?? start;
    if (!this.first || !this.isShown(this.cursor)) {
      this.first = monthOf(plusMonths(this.cursor, 1 - this.monthCount));
    }
    this.build();
  }

  /** Show as many months as there is room for; the last one stays. */
  fit(width) {
    const count = this.isRange && width >= ROOM_FOR_TWO ? 2 : 1;
    if (count === this.monthCount) return;
    this.first = monthOf(plusMonths(`${this.first}-01`, this.monthCount - count));
    this.monthCount = count;
    this.build();
  }

  turnButtons(name, buttons) {
    const group = element("div", { class: name });
    for (const [text, title, months] of buttons) {
      const button = element("button", { type: "button", title, "aria-label": title }, text);
      button.addEventListener("click", () => this.turn(months));
      group.append(button);
    }
    return group;
  }

  turn(months) {
    this.first = monthOf(plusMonths(`${this.first}-01`, months));
    if (!this.isShown(this.cursor)) this.cursor = `${this.first}-01`;
    this.build();
  }

  isShown(day) {
    const last = monthOf(plusMonths(`${this.first}-01`, this.monthCount - 1));
    return monthOf(day) >= this.first && monthOf(day) <= last;
  }

  /** Make the tables of the months that are shown. */
  build() {
    const hadFocus = this.months.contains(document.activeElement);
    const tables = [];
    for (let place = 0; place < this.monthCount; place += 1) {
      const month = monthOf(plusMonths(`${this.first}-01`, place));
      tables.push(monthTable(month, this.model.get("today")));
    }
    this.months.replaceChildren(...tables);
    this.cells = new Map(
      [...this.months.querySelectorAll("td[data-day]")].map((cell) => [cell.dataset.day, cell]),
    );
    if (hadFocus) this.cells.get(this.cursor)?.focus();
    this.paint();
  }

  /** Mark what is chosen, or would be; the focus can come to one day only. */
  paint() {
    const open = [this.pending, this.hovered || this.pending].sort();
    const [start, end = start] = this.pending ? open : this.chosen;
    for (const [day, cell] of this.cells) {
      cell.classList.toggle("wf-day-end", day === start || day === end);
      cell.classList.toggle("wf-day-between", day > start && day < end);
      cell.setAttribute("aria-selected", String(day >= start && day <= end));
      cell.tabIndex = day === this.cursor ? 0 : -1;
    }
    this.help.textContent = this.helpText();
  }

  helpText() {
    if (!this.isRange) return "";
    return this.pending ? `From ${this.pending}: choose the last day.` : "Choose the first day.";
  }

  pointed(day) {
    if (day === this.hovered) return;
    this.hovered = day;
    if (this.pending) this.paint();
  }

  clicked(event) {
    const day = dayAt(event);
    if (day) this.choose(day);
  }

  pressed(event) {
    if (!dayAt(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in KEYS) this.moveTo(KEYS[event.key](this.cursor, event));
    else if (event.key === "Enter" || event.key === " ") this.choose(this.cursor);
    else if (event.key === "Escape" && this.pending) this.drop();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  drop() {
    this.pending = "";
    this.paint();
  }

  moveTo(day) {
    this.cursor = day;
    this.hovered = day;
    if (this.isShown(day)) this.paint();
    else {
      const isLater = monthOf(day) > this.first;
      this.first = isLater ? monthOf(plusMonths(day, 1 - this.monthCount)) : monthOf(day);
      this.build();
    }
    this.cells.get(day)?.focus();
  }

  choose(day) {
    this.cursor = day;
    if (this.isRange && !this.pending) {
      this.pending = day;
      this.hovered = "";
      this.paint();
      return;
    }
    const days = this.isRange ? [this.pending, day].sort() : [day];
    this.pending = "";
    this.isChoosing = true;
    this.model.set("chosen", days);
    this.isChoosing = false;
    this.model.save_changes();
    this.paint();
  }
}

const dayAt = (event) => event.target.closest?.("td[data-day]")?.dataset.day ?? "";

function monthTable(month, today) {
  const [year, number] = month.split("-").map(Number);
  const name = `${MONTHS[number - 1]} ${month.slice(0, 4)}`;
  const place = element("div", { class: "wf-calendar-month" });
  const table = element("table", { role: "grid", "aria-label": name });
  const head = element("tr");
  for (const weekday of WEEKDAYS) {
    head.append(element("th", { scope: "col", abbr: weekday }, weekday.slice(0, 2)));
  }
  table.append(element("thead"), element("tbody"));
  table.tHead.append(head);
  const date = firstOfMonth(year, number - 1);
  let row = null;
  for (; date.getUTCMonth() === number - 1; date.setUTCDate(date.getUTCDate() + 1)) {
    if (row === null || weekdayOf(date) === 0) {
      row = element("tr");
      table.tBodies[0].append(row);
    }
    if (row.cells.length === 0) {
      for (let blank = weekdayOf(date); blank > 0; blank -= 1) row.append(element("td"));
    }
    row.append(dayCell(date, name, today));
  }
  place.append(
    element("div", { class: "wf-calendar-name", "aria-live": "polite" }, name),
    table,
  );
  return place;
}

function dayCell(date, monthName, today) {
  const day = isoOf(date);
  const number = String(date.getUTCDate());
  const label = `${WEEKDAYS[weekdayOf(date)]}, ${number} ${monthName}`;
  const cell = element("td", { role: "gridcell", "data-day": day, "aria-label": label }, number);
  if (day === today) cell.setAttribute("aria-current", "date");
  return cell;
}

export default {
  initialize,
  render({ model, el }) {
    const calendar = new Calendar(model, el);
    const resized = new ResizeObserver(([entry]) => calendar.fit(entry.contentRect.width));
    const chosen = () => calendar.isChoosing || calendar.goToChosen();
    model.on("change:chosen", chosen);
    resized.observe(el);
    return () => {
      model.off("change:chosen", chosen);
      resized.disconnect();
    };
  },
};
