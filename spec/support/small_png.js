// SPDX-License-Identifier: MIT
// A picture as a PNG with a palette, which makes a small file. Run in a browser, see browser.lua:
// arguments are the picture as base64 and the number of colours, at most 256; returns base64.
const [picture, most] = [new Image(), arguments[2]];
picture.src = "data:image/png;base64," + arguments[1];
await picture.decode();
const { width, height } = picture;
const pen = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
pen.drawImage(picture, 0, 0);
const pixels = new Uint32Array(pen.getImageData(0, 0, width, height).data.buffer);

// The commonest colours are the palette; each other one becomes the nearest of them.
const counts = new Map();
for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) || 0) + 1);
const parts = (pixel) => [pixel & 255, pixel >> 8 & 255, pixel >> 16 & 255];
const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, most).map(([pixel]) => parts(pixel));
const places = new Map();
for (const pixel of counts.keys()) {
  const own = parts(pixel);
  const distances = palette.map((one) => one.reduce((sum, part, i) => sum + (part - own[i]) ** 2, 0));
  places.set(pixel, distances.indexOf(Math.min(...distances)));
}

// Rows of one byte a pixel, each after the byte 0: no filter.
const rows = new Uint8Array((width + 1) * height);
pixels.forEach((pixel, i) => { rows[i + Math.floor(i / width) + 1] = places.get(pixel); });
const packed = new Response(new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate")));

const table = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xEDB88320 ^ n >>> 1 : n >>> 1;
  return n;
});
const checksum = (bytes) => ~bytes.reduce((sum, byte) => table[(sum ^ byte) & 255] ^ sum >>> 8, -1);
const number = (n) => [n >>> 24, n >>> 16 & 255, n >>> 8 & 255, n & 255];
function chunk(name, data) {
  const bytes = [...new TextEncoder().encode(name), ...data];
  return [...number(data.length), ...bytes, ...number(checksum(bytes))];
}
const file = [137, 80, 78, 71, 13, 10, 26, 10,
  ...chunk("IHDR", [...number(width), ...number(height), 8, 3, 0, 0, 0]),
  ...chunk("PLTE", palette.flat()),
  ...chunk("IDAT", [...new Uint8Array(await packed.arrayBuffer())]), ...chunk("IEND", [])];
return btoa(file.map((byte) => String.fromCharCode(byte)).join(""));
