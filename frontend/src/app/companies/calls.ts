/** The requests of companies, and what they answer. */
import { request } from '@/shared/api/http';
import type { ContactRow, FieldValue, Id } from '@/shared/api/types';
import type { components } from '@/shared/schema';

type Schemas = components['schemas'];
export type Company = Schemas['Company'];
export type CompanyName = Schemas['CompanyName'];
export type CompanyRow = Schemas['CompanyRow'];
export type CompanyConversation = Schemas['CompanyConversation'];
export type CompanyOrder = Schemas['NameOrder'];

export interface CompanyChange {
  readonly name?: string;
  readonly domains?: readonly string[];
  readonly notes?: string;
  readonly owner_id?: Id | null;
  readonly fields?: Readonly<Record<Id, FieldValue | null>>;
}

interface Page<Item> {
  readonly items: Item[];
  readonly next: string | null;
}

export function fetchCompanies(
  query: { search?: string; order?: CompanyOrder; after?: string; limit?: number },
  signal?: AbortSignal,
): Promise<Page<CompanyRow>> {
  return request('GET', '/api/companies', { query, signal });
}

export function fetchCompany(id: Id): Promise<Company> {
  return request('GET', `/api/companies/${id}`);
}

export function fetchMembers(id: Id, after: string | undefined, signal: AbortSignal): Promise<Page<ContactRow>> {
  return request('GET', `/api/companies/${id}/members`, { query: { after }, signal });
}

export function fetchConversations(
  id: Id,
  after: string | undefined,
  signal: AbortSignal,
): Promise<Page<CompanyConversation>> {
  return request('GET', `/api/companies/${id}/conversations`, { query: { after }, signal });
}

export function createCompany(name: string): Promise<Company> {
  return request('POST', '/api/companies', { body: { name } });
}

export function changeCompany(id: Id, change: CompanyChange): Promise<Company> {
  return request('PATCH', `/api/companies/${id}`, { body: change });
}

export function deleteCompany(id: Id): Promise<void> {
  return request('DELETE', `/api/companies/${id}`);
}

export function restoreCompany(id: Id): Promise<Company> {
  return request('POST', `/api/companies/${id}/restore`);
}

export function setCompanyOf(contactId: Id, companyId: Id | null): Promise<unknown> {
  return request('PATCH', `/api/contacts/${contactId}`, { body: { company_id: companyId } });
}
