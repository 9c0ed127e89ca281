import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Servers } from "#components/homeservers/servers.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("nav.servers") });

const Page = () => <Servers />;

export default Page;
