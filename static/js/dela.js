// Shares or copies the address in #adress, where the browser can; without it the address is copied by hand.
(() => {
  const $ = (id) => document.getElementById(id), field = $("adress"), copy = $("kopieraren"), share = $("delaren");
  field.addEventListener("focus", () => field.select());
  if (navigator.share) {
    share.hidden = false;
    share.onclick = () => navigator.share({ text: field.dataset.words, url: field.value }).catch(() => {});
  }
  if (navigator.clipboard) {
    copy.hidden = false;
    copy.onclick = () => navigator.clipboard.writeText(field.value).then(
      () => { $("kopierad").textContent = copy.dataset.done; }, () => field.focus());
  }
})();
