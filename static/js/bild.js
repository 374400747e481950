// Photos are made small before they are sent. What the browser cannot read goes as it is.
(() => {
  const small = async (file) => {
    try {
      const image = await createImageBitmap(file, { imageOrientation: "from-image" });
      const canvas = document.createElement("canvas"), scale = Math.min(1, 1600 / Math.max(image.width, image.height));
      canvas.width = image.width * scale;
      canvas.height = image.height * scale;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", .85));
      return made.size < file.size ? new File([made], file.name) : file;
    } catch { return file; }
  };
  document.addEventListener("change", async (event) => {
    const input = event.target;
    if (!input.matches("[data-shrink]") || !event.isTrusted) return;
    event.stopPropagation();
    const chosen = new DataTransfer();
    for (const file of input.files) chosen.items.add(await small(file));
    input.files = chosen.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }, true);
})();
