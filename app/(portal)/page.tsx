import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Overview } from "#components/overview/overview.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("nav.overview") });

const Page = () => <Overview />;

export default Page;
