/** The page `/verify/label/`: a large photo is made smaller before it is sent, which also leaves its place behind. */

const LONGEST = 2400; // px
const LARGE = 1_000_000; // bytes
const form = document.querySelector("[data-photo]");
const status = form.querySelector("[data-status]");

/** The photo upright and smaller, as JPEG; a photo that the browser cannot open throws. */
async function smaller(photo) {
  const picture = await createImageBitmap(photo);
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const drawn = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
  return new File([drawn], "photo.jpg", { type: "image/jpeg" });
}

/** Put the smaller photo in the place of the chosen one; whatever cannot be done leaves the chosen one to the server. */
async function prepare(input) {
  const [photo] = input.files;
  if (!photo || photo.size <= LARGE) return;
  try {
    const files = new DataTransfer();
    files.items.add(await smaller(photo));
    input.files = files.files;
  } catch {
    // The server says what is wrong with it.
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  status.textContent = status.dataset.reading;
  await prepare(form.elements.photo);
  form.submit();
});
