import type { Metadata } from "next";
import { translator } from "#app/locale.ts";
import { ApprovalRules } from "#components/rules/approval-rules.tsx";

export const generateMetadata = async (): Promise<Metadata> => ({
  title: (await translator())("rules.approvalTitle"),
});

const Page = () => <ApprovalRules />;

export default Page;
