// Where tiles go: large ones for what costs most, readable from five metres; a small one for
// everybody else, so that nobody is missing. Pure arithmetic, in CSS pixels.

const NAME_SHARE = 0.036; // of the screen's height: 39 px of 1080, 17 mm on a screen of 55 inches
const LEAST_NAME = 16;
const LEAST_SMALL = 4;
const LARGE_SHARE = 0.68; // of the height where both kinds are there

export function layout({ width, height, screenHeight, large, small }) {
  const name = Math.max(LEAST_NAME, Math.round(screenHeight * NAME_SHARE));
  const gap = Math.round(name / 5);
  const tileHeight = Math.round(name * 2.75);
  const columns = Math.max(1, Math.min(6, Math.floor(width / (name * 14))));
  const tileWidth = Math.floor((width - gap * (columns - 1)) / columns);
  const fitting = (share) => Math.max(1, Math.floor((height * share + gap) / (tileHeight + gap)));
  // Room is left for the small ones where there are any, or where not all fit as large ones.
  const most = fitting(small > 0 || large > fitting(1) * columns ? LARGE_SHARE : 1);
  const rows = large > 0 ? Math.min(most, Math.ceil(large / columns)) : 0;
  const drawn = Math.min(large, rows * columns);
  const top = rows === 0 ? 0 : rows * (tileHeight + gap) + gap;
  const rest = small + large - drawn;
  return { name, gap, columns, tileWidth, tileHeight, drawn, rest, top, ...mosaic(width, Math.max(0, height - top), rest, name) };
}

// The largest squares of which so many fit.
function mosaic(width, height, count, most) {
  if (count === 0 || height < LEAST_SMALL) return { side: 0, perRow: 0, fits: 0 };
  let side = Math.min(most * 1.2, Math.sqrt((width * height) / count));
  while (side > LEAST_SMALL && Math.floor(width / side) * Math.floor(height / side) < count) side -= 0.25;
  side = Math.max(LEAST_SMALL, side);
  const perRow = Math.max(1, Math.floor(width / side));
  return { side, perRow, fits: Math.min(count, perRow * Math.floor(height / side)) };
}
