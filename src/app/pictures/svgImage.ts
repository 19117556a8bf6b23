/** From SVG text to pixels, in the page, without any request. */

/** Draws SVG text on a canvas of `width` × `height` CSS px at `ratio` device px each. Rejects when the browser cannot read it. */
export async function drawSvg(canvas: HTMLCanvasElement, svg: string, width: number, height: number, ratio: number): Promise<void> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('this browser gives no canvas to draw on');
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
}

/** The same as a PNG. */
export async function pngOf(svg: string, width: number, height: number, ratio: number): Promise<Blob> {
  const canvas = document.createElement('canvas');
  await drawSvg(canvas, svg, width, height, ratio);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new Error(`the picture of ${canvas.width} × ${canvas.height} pixels is too large for this browser`));
      else resolve(blob);
    }, 'image/png');
  });
}
