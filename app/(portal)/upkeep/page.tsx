import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Upkeep } from "#components/upkeep/upkeep.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("upkeep.title") });

const Page = () => <Upkeep />;

export default Page;
