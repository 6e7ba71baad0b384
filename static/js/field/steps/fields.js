/** Fields that write into the record as they are filled in. */

/** Let every named field in `root` show and change `values[name]`; numbers are numbers, or null where empty. */
export function bound(root, values, save) {
  for (const field of root.querySelectorAll("[name]")) {
    if (field.type === "radio") {
      field.checked = values[field.name.split(" ")[0]] === field.value;
    } else {
      field.value = values[field.name] ?? "";
    }
    field.addEventListener("input", () => {
      values[field.name.split(" ")[0]] = read(field);
      save();
    });
  }
  return root;
}

function read(field) {
  if (field.type !== "number") return field.value.toWellFormed?.() ?? field.value; // half a character is none
  return field.value === "" ? null : Math.trunc(Number(field.value));
}
