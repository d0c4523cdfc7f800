/** A button that copies the model's `text`, and says so until it is left or the text changes. */

const CHANGES = "change:text change:label change:hint change:icon";

/** Copy by the old way: a page that is not served by HTTPS has no clipboard. */
function copySelected(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.style.position = "fixed";
  field.style.opacity = "0";
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}

/** @returns {Promise<boolean>} whether the text is in the clipboard */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

function element(name, className) {
  const found = document.createElement(name);
  found.className = className;
  return found;
}

function render({ model, el }) {
  const button = element("button", "jupyter-button wf-copy-button");
  button.type = "button";
  const icon = element("i", "");
  icon.setAttribute("aria-hidden", "true");
  const label = element("span", "");
  const said = element("span", "wf-copy-said");
  said.setAttribute("aria-live", "polite");
  button.append(icon, label);
  el.classList.add("wf-copy");
  el.append(button, said);

  function show(words = "") {
    icon.className = `fa fa-${words ? "check" : model.get("icon")}`;
    label.textContent = words || model.get("label");
    button.title = model.get("hint");
    said.textContent = words;
  }

  async function clicked() {
    const isCopied = await copy(model.get("text"));
    button.focus();
    show(isCopied ? "Copied" : "Not copied");
  }

  const shown = () => show();
  button.addEventListener("click", clicked);
  button.addEventListener("blur", shown);
  model.on(CHANGES, shown);
  show();
  return () => model.off(CHANGES, shown);
}

export default { render };
