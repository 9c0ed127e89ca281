import type { ReactNode } from "react";
import { Shell } from "#components/shell/shell.tsx";

const Layout = ({ children }: { readonly children: ReactNode }) => <Shell>{children}</Shell>;

export default Layout;
