import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { Inbox } from "#components/inbox/inbox.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await translator())("nav.inbox") });

const Page = () => <Inbox />;

export default Page;
