import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { useFolding } from './folding';

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ComponentChildren;
  /// Numbers stand to the right.
  numeric?: boolean;
  /// The one that names the row.
  heads?: boolean;
}

interface TableProps<Row> {
  /// What it lists; read out, not shown.
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
}

/// A plain table; where there is no room for its columns, each row becomes a block of titled lines.
export function Table<Row>({ caption, columns, rows, keyOf }: TableProps<Row>) {
  const box = useRef<HTMLDivElement>(null);
  const folded = useFolding(box, columns.length);
  return (
    <div class="table-box" ref={box}>
      <table class={folded ? 'table table-folded' : 'table'}>
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" class={column.numeric ? 'numeric' : undefined}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => {
                const props = { key: column.title, class: column.numeric ? 'numeric' : undefined, 'data-title': column.title };
                return column.heads ? (
                  <th scope="row" {...props}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td {...props}>{column.cell(row)}</td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
