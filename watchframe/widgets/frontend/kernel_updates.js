/** Keeps a widget that loaded late in step with the kernel.
 *
 * anywidget (0.11) waits two seconds for a widget to load. Where a busy page takes longer, it drops
 * each message of the kernel to that widget from then on. So the widget asks, once it has loaded,
 * whether a message would still arrive; if none does, messages go around anywidget, and the kernel
 * sends again what was dropped.
 */
async function keepKernelUpdates(model) {
  const widget = await model.widget_manager.get_model(model.get("own_id"));
  const message = { content: { data: { method: "none" } } };
  try {
    await widget._handle_comm_msg(message);
  } catch {
    if (!widget.comm_live) return; // a saved notebook
    const { _handle_comm_msg: handle } = Object.getPrototypeOf(widget.constructor.prototype);
    widget.comm.on_msg(handle.bind(widget));
    widget.comm.send({ method: "request_state" });
  }
}

function initialize({ model }) {
  // Not awaited: the widget is ready only once this function has returned.
  keepKernelUpdates(model).catch((error) => console.warn("watchframe:", error));
}
