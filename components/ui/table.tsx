import clsx from "clsx";
import type { ReactNode } from "react";

export type Column<Row> = {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  readonly hideNarrow?: boolean;
};

/** Rows of 40 px under a head that stays; the first column names the row and links to it. */
export const Table = <Row,>({
  label,
  columns,
  rows,
  rowKey,
}: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string | number;
}) => (
  <div className="overflow-x-auto rounded border border-line bg-card print:overflow-visible">
    <table className="w-full border-collapse text-sm">
      <caption className="sr-only">{label}</caption>
      <thead>
        <tr>
          {columns.map(({ key, title, hideNarrow }) => (
            <th
              key={key}
              scope="col"
              className={clsx(
                "sticky top-0 bg-card px-4 py-2 text-left font-semibold text-quiet whitespace-nowrap border-b border-line",
                hideNarrow && "max-md:hidden",
              )}
            >
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)} className="border-t border-line first:border-t-0 hover:bg-paper">
            {columns.map(({ key, cell, hideNarrow }, index) => {
              const classes = clsx(
                "h-10 px-4 py-1.5 align-middle text-left font-normal",
                hideNarrow && "max-md:hidden",
              );
              return index === 0 ? (
                <th key={key} scope="row" className={classes}>
                  {cell(row)}
                </th>
              ) : (
                <td key={key} className={classes}>
                  {cell(row)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
