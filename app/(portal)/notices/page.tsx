import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Notices } from "#components/notices/notices.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("notices.title") });

const Page = () => <Notices />;

export default Page;
