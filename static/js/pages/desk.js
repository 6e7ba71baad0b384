// The forms of the desk: long lists can be searched by typing. Without this script they are plain lists.

import { searchable } from '../choose.js';

for (const list of document.querySelectorAll('select[data-search]')) searchable(list);
