import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Settings } from "#components/people/settings.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("nav.settings") });

const Page = () => <Settings />;

export default Page;
