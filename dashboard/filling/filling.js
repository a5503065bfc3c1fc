// A prompt's text with a field for each of its variables, and a button that copies what came of it.
// It fills in here, not on the server: what is copied is what stands in the fields at that moment.
// What comes from data goes into text and values, never into markup.

const TOLD_FOR = 2000; // milliseconds

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".filling");
  root.tell = (value) => setTriggerValue("copied", value);
  const asked = JSON.stringify(data);
  if (root.drawn === asked) return;
  root.drawn = asked;
  // A redraw, as for another language, keeps what was filled in.
  const values = (root.values ??= new Map());

  const fields = root.querySelector(".fields");
  const copy = root.querySelector(".copy");
  const status = root.querySelector(".status");
  const text = root.querySelector(".text");

  const valueOf = (name) => values.get(name) || data.variables.find((one) => one.name === name)?.default || "";
  const filled = () => data.parts.map(([piece, name]) => (name && valueOf(name)) || piece).join("");

  const show = () => {
    text.replaceChildren(
      ...data.parts.map(([piece, name]) => {
        if (!name) return document.createTextNode(piece);
        const mark = document.createElement("mark");
        mark.textContent = valueOf(name) || piece;
        mark.className = valueOf(name) ? "" : "empty";
        return mark;
      }),
    );
  };

  fields.onsubmit = (event) => event.preventDefault();
  fields.replaceChildren(
    ...data.variables.map((variable) => {
      const label = document.createElement("label");
      const field = document.createElement("textarea");
      field.rows = 1;
      field.dir = "auto";
      field.placeholder = variable.default;
      field.value = values.get(variable.name) ?? "";
      field.oninput = () => {
        values.set(variable.name, field.value);
        show();
      };
      label.append(variable.name, field);
      return label;
    }),
  );

  let isTelling = false;
  copy.textContent = data.words.copy;
  copy.onclick = async () => {
    if (isTelling) return; // a second click of the same wish
    isTelling = true;
    const isDone = await written(filled());
    status.textContent = isDone ? data.words.copied : data.words.failed;
    if (isDone) root.tell(String(Date.now()));
    setTimeout(() => {
      isTelling = false;
      if (isDone) status.textContent = "";
    }, TOLD_FOR);
  };
  text.setAttribute("aria-label", data.words.text);
  show();
}

async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Browsers keep the clipboard from pages without TLS, but for this old way.
    const field = document.createElement("textarea");
    field.value = text;
    field.style.position = "fixed";
    document.body.append(field);
    const before = document.activeElement;
    field.select();
    const isDone = document.execCommand("copy");
    field.remove();
    before?.focus?.();
    return isDone;
  }
}
