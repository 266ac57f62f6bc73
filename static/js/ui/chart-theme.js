// Colours come from tokens.css, resolved for the theme that is on.

const probe = document.createElement("span");
probe.hidden = true;

export function color(token) {
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = `var(${token})`;
  const found = getComputedStyle(probe).color;
  // light-dark() may resolve to color(srgb …), which the canvas reads but ECharts does not.
  const srgb = /^color\(srgb ([\d.]+) ([\d.]+) ([\d.]+)(?: \/ ([\d.]+))?\)$/.exec(found);
  if (!srgb) return found;
  const [red, green, blue] = srgb.slice(1, 4).map((part) => Math.round(Number(part) * 255));
  return `rgba(${red}, ${green}, ${blue}, ${srgb[4] ?? 1})`;
}

export function faded(rgb, alpha) {
  const parts = rgb.match(/[\d.]+/g);
  return parts ? `rgba(${parts[0]}, ${parts[1]}, ${parts[2]}, ${alpha})` : rgb;
}

export const font = () => getComputedStyle(document.documentElement).fontFamily;

export const seriesColor = (key) => color(`--series-${key}`);

// Too few is hatched, too many is ruled: the judgement does not hang on colour alone.
export function pattern(token, kind) {
  const ratio = window.devicePixelRatio || 1;
  const side = 6;
  const canvas = document.createElement("canvas");
  canvas.width = side * ratio;
  canvas.height = side * ratio;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const ink = color(token);
  pen.fillStyle = faded(ink, 0.16);
  pen.fillRect(0, 0, side, side);
  pen.strokeStyle = faded(ink, 0.75);
  pen.lineWidth = 1;
  pen.beginPath();
  if (kind === "hatch") {
    for (const shift of [-side, 0, side]) {
      pen.moveTo(shift, side);
      pen.lineTo(shift + side, 0);
    }
  } else {
    pen.moveTo(0, side / 2);
    pen.lineTo(side, side / 2);
  }
  pen.stroke();
  return { type: "pattern", image: canvas, repeat: "repeat", scaleX: 1 / ratio, scaleY: 1 / ratio };
}

export function onThemeChange(callback) {
  document.addEventListener("themechange", callback);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback);
}
