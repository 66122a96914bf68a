import { anyApi, componentsGeneric } from "convex/server";
export const api = anyApi, internal = anyApi, components = componentsGeneric();
