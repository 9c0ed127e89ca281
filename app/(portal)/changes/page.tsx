import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Changes } from "#components/changes/changes.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("changes.title") });

const Page = () => <Changes />;

export default Page;
