// SPDX-License-Identifier: MIT
// The least contrast of any text on a page to what it stands on, by the formula of WCAG 2, and which
// text that is. Run in a browser.
const channel = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const parse = (text) => text.match(/[\d.]+/g).map(Number);
function ground(node) {
  for (; node; node = node.parentElement) {
    const colour = parse(getComputedStyle(node).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour;
  }
  return [255, 255, 255];
}
let least = 99, where = "";
function judge(node, style, text) {
  const [a, b] = [luminance(parse(style.color)), luminance(ground(node))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio >= least) return;
  [least, where] = [ratio, `${text.slice(0, 40)} (${style.color} in ${node.tagName}.${node.className})`];
}
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
  if (text && node.checkVisibility() && !node.closest("script, style, option, datalist")) {
    judge(node, getComputedStyle(node), text);
  }
}
for (const node of document.querySelectorAll("input, textarea")) {
  if (node.checkVisibility() && node.placeholder) {
    judge(node, getComputedStyle(node, "::placeholder"), node.placeholder);
  }
}
return [least, where];
