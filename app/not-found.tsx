import { Fault } from "#components/entry/fault.tsx";

const NotFound = () => <Fault kind="notFound" />;

export default NotFound;
