// Tells the kernel what happens in a control's fields that ipywidgets do not tell.

const SEVERAL = /[,;\n\t]/;

/** The text field that searches a list, where the event is of one. */
const searched = ({ target }) =>
  target instanceof HTMLInputElement && target.closest(".wf-search-field") ? target : null;

/** The options of the list that the control shows, in order. */
const optionsOf = (control) => [...control.querySelectorAll(".wf-options button")];

/** Move the focus by one among the search field and the options below it. */
function step(control, target, by) {
  const stops = [control.querySelector(".wf-search-field input"), ...optionsOf(control)];
  const next = stops[stops.indexOf(target) + by];
  next?.focus();
  return Boolean(next);
}

function render({ model, el }) {
  const tell = (event, text = "") => model.send({ event, text });

  const keys = {
    Escape(control) {
      if (!optionsOf(control).length) return false;
      control.querySelector(".wf-search-field input")?.focus();
      tell("escape");
      return true;
    },
    Enter(control, field) {
      const text = field?.value ?? "";
      if (!text.trim() || !(optionsOf(control).length || SEVERAL.test(text))) return false;
      tell("enter", text);
      // Here and not in the kernel: what is typed next may be on its way already.
      field.value = "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
      return true;
    },
    Backspace(_control, field) {
      if (field?.value !== "") return false;
      tell("backspace");
      return true;
    },
    ArrowDown(control, field, target) {
      if (field && !optionsOf(control).length) {
        tell("open");
        return true;
      }
      return step(control, target, 1);
    },
    ArrowUp: (control, _field, target) => step(control, target, -1),
  };

  const heard = {
    keydown(event, control) {
      const field = searched(event);
      const isOption = event.target.closest(".wf-options") !== null;
      if (!(field || isOption) || event.isComposing) return;
      if (keys[event.key]?.(control, field, event.target)) {
        // The notebook has commands on the same keys.
        event.preventDefault();
        event.stopPropagation();
      }
    },
    paste(event) {
      const text = event.clipboardData?.getData("text/plain").trim() ?? "";
      const field = searched(event);
      if (field?.value === "" && field.closest(".wf-several") && SEVERAL.test(text)) {
        event.preventDefault();
        tell("paste", text);
      }
    },
    click(event, control) {
      if (searched(event) && !optionsOf(control).length) tell("open");
    },
    focusout(event, control) {
      if (!control.contains(event.relatedTarget) && document.hasFocus()) tell("left");
    },
  };

  // On the window, as the notebook listens on the document; of all controls, only of this one.
  const ended = new AbortController();
  for (const [type, take] of Object.entries(heard)) {
    const listen = (event) => {
      const control = el.closest(".wf-control");
      if (event.target instanceof Element && control?.contains(event.target)) take(event, control);
    };
    window.addEventListener(type, listen, { capture: true, signal: ended.signal });
  }
  return () => ended.abort();
}

export default { initialize, render };
