const colours = ['--chart-1', '--chart-2', '--chart-3', '--chart-4', '--chart-5', '--chart-6'] as const;
const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3], [14, 4], [5, 2]];

export interface LineStyle {
  /// The name of a variable of the theme.
  colour: string;
  /// Lengths of lines and gaps; none: one line.
  dash: readonly number[];
}

/// Lines are told apart by how they are dashed, too, and not by colour alone. 36 differ.
export function styleOf(index: number): LineStyle {
  const round = Math.floor(index / colours.length);
  return {
    colour: colours[index % colours.length] ?? colours[0],
    dash: dashes[(index + round) % dashes.length] ?? [],
  };
}
