const boxes = [...document.querySelectorAll('.filters input[type=checkbox]')];
const search = document.querySelector('.filters input[type=search]');
const shown = document.getElementById('shown');
function filter() {
  const verdicts = new Set(boxes.filter(box => box.checked).map(box => box.value));
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const check of document.querySelectorAll('.check')) {
    const text = check.querySelector('summary').textContent.toLowerCase();
    check.hidden = !verdicts.has(check.dataset.verdict) || !words.every(word => text.includes(word));
    if (!check.hidden) count++;
  }
  for (const area of document.querySelectorAll('section')) area.hidden = !area.querySelector('.check:not([hidden])');
  shown.textContent = count;
}
for (const box of boxes) box.addEventListener('change', filter);
search.addEventListener('input', filter);
if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.setAttribute('open', '');
filter();
