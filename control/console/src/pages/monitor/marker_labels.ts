interface Label {
  /// Its middle.
  x: number;
  text: string;
}

/// What stands above the lines of revisions, such as `r2`; those that would be drawn over each other are told together: `r2–r4`.
export function markerLabels(markers: readonly { x: number; revision: number }[], widthOf: (text: string) => number): Label[] {
  const labels: (Label & { first: { x: number; revision: number } })[] = [];
  for (const marker of markers.toSorted((a, b) => a.x - b.x)) {
    let label = { x: marker.x, text: `r${marker.revision}`, first: marker };
    for (let before = labels.at(-1); before && label.x - before.x < (widthOf(label.text) + widthOf(before.text)) / 2; before = labels.at(-1)) {
      const { first } = before;
      labels.pop();
      label = { x: (first.x + marker.x) / 2, text: `r${first.revision}–r${marker.revision}`, first };
    }
    labels.push(label);
  }
  return labels.map(({ x, text }) => ({ x, text }));
}
