// A field above a list of choices; what is typed there leaves only the choices that contain it.

const FEW = 8; // a list this short is read faster than searched

export function searchable(list) {
  const choices = [...list.options];
  if (choices.length <= FEW) return;
  const field = document.createElement('input');
  field.type = 'search';
  field.className = 'input';
  field.placeholder = list.dataset.search;;
  field.setAttribute('aria-label', list.dataset.search);
  field.autocomplete = 'off';
  list.before(field);
  field.addEventListener('input', () => narrow(list, choices, field.value.trim().toLowerCase()));
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') event.preventDefault(); // else the whole form would be sent
  });
}

// The chosen one and the empty one stay, so that searching alone never changes what is chosen.
function narrow(list, choices, asked) {
  const chosen = list.value;
  list.replaceChildren(...choices.filter((choice) => stays(choice, asked, chosen)));
  list.value = chosen;
  if (!chosen && asked && list.options.length === 2) list.selectedIndex = 1;
}

function stays(choice, asked, chosen) {
  return !choice.value || choice.value === chosen || choice.text.toLowerCase().includes(asked);
}
