/** Elements of the page, and counts in words. What a server wrote goes in as text, never as markup. */

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
