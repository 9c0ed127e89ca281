/**
 * Why a server did not do as asked. `code` is stable: an `HttpFailure` code (`timeout`, `refused`, `tls` …), the
 * enforcement point's own errcode (`TILLIT_VERSION` …), or `receipt_invalid`, `receipt_replayed`, `answer_invalid`.
 */
export type ConnectorFault = {
  readonly code: string;
  readonly detail: string;
  /** `away`: it may work later. `refuses`: it was reached and said no. `untrusted`: its answer proves nothing. */
  readonly kind: "away" | "refuses" | "untrusted";
  /** HTTP status, where one was given. */
  readonly status?: number;
};
