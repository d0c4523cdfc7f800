/** A button that copies the model's `text`, and says so until it is left or the text changes. */

const CHANGES = "change:text change:label change:hint change:icon";

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

  function show(words = "", sign = model.get("icon")) {
    icon.className = `fa fa-${sign}`;
    label.textContent = words || model.get("label");
    button.title = model.get("hint");
    said.textContent = words;
  }

  async function clicked() {
    const outcome = await copyText(model.get("text")).then(
      () => ["Copied", "check"],
      () => ["Not copied", "times"],
    );
    button.focus();
    show(...outcome);
  }

  const shown = () => show();
  button.addEventListener("click", clicked);
  button.addEventListener("blur", shown);
  model.on(CHANGES, shown);
  show();
  return () => model.off(CHANGES, shown);
}

export default { initialize, render };
