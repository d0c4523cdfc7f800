/** Copy a text, which may still be on its way; raise an error where the browser does not let us. */
async function copyText(text) {
  const blob = Promise.resolve(text).then((known) => new Blob([known], { type: "text/plain" }));
  try {
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  } catch {
    copySelected(await text); // over plain http, and in some frames, there is only the old way
  }
}

function copySelected(text) {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.style.cssText = "position: fixed; opacity: 0";
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  focused?.focus();
  if (!isCopied) throw new Error("The browser does not let this page copy.");
}
