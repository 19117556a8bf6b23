/** The stage as it is at this moment, as SVG text with everything it needs inside. */

/** Rules of all style sheets of the page, as text. They are the app's own, so the page may read them. */
export function pageStyles(): string {
  return [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText)).join('\n');
}

/**
 * What the stage shows, on its background.
 *
 * @param stage the element that holds the stage's drawings; they share one coordinate system of `width` × `height` CSS px.
 */
export function stageSvg(stage: HTMLElement, styles: string, width: number, height: number): string {
  const serializer = new XMLSerializer();
  const parts = [...stage.querySelectorAll(':scope > svg')].map((svg) => {
    const copy = svg.cloneNode(true) as SVGSVGElement;
    copy.setAttribute('x', '0');
    copy.setAttribute('y', '0');
    return serializer.serializeToString(copy);
  });
  // The page's themes hang on attributes of its root; here this drawing is the root.
  const theme = Object.entries(document.documentElement.dataset).map(([name, value]) => ` data-${name}="${value ?? ''}"`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" style="font-family: var(--sans)"${theme.join('')}>`,
    `<style><![CDATA[${styles.replaceAll(']]>', '')}]]></style>`,
    `<rect width="${width}" height="${height}" style="fill: var(--bg)"/>`,
    ...parts,
    '</svg>',
  ].join('');
}
