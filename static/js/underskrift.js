// Step 2: a signature drawn by finger, pen or mouse, for who wants to. Without this the typed name is all there is.
{
  const box = document.getElementById("rita"), kept = document.getElementById("mark");
  const svg = box.querySelector("svg"), path = svg.lastElementChild;
  let mark = kept.value, pen = null, points = mark.split("L").length, x, y;
  const show = () => path.setAttribute("d", kept.value = mark);
  const put = (step, event) => {
    const { left, top, width, height } = svg.getBoundingClientRect();
    const inside = (at, most) => Math.round(Math.min(1, Math.max(0, at)) * most);
    const right = inside((event.clientX - left) / width, 1000), down = inside((event.clientY - top) / height, 320);
    if (points > 1500 || (step == "L" && Math.hypot(right - x, down - y) < 6)) return;
    x = right, y = down, points++;
    mark += step + x + " " + y;
    show();
  };
  svg.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });  // the page stays where it is
  svg.addEventListener("pointerdown", (event) => {
    if (pen != null || event.button) return;
    event.preventDefault();
    svg.setPointerCapture(pen = event.pointerId);
    put("M", event);
    mark += `L${x} ${y}`;
    show();
  });
  svg.addEventListener("pointermove", (event) => event.pointerId == pen && put("L", event));
  for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, (event) => event.pointerId == pen && (pen = null));
  box.querySelector("button").addEventListener("click", () => { mark = ""; points = 0; show(); });
  show();
  box.hidden = false;
}
