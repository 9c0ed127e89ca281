import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Groups } from "#components/groups/groups.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("nav.circles") });

const Page = () => <Groups />;

export default Page;
