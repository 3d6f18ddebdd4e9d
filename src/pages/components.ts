import { AccountPage } from './account.tsx'
import { ConsentPage } from './consent.tsx'
import { ErrorPage } from './error.tsx'
import { FormPostPage } from './form-post.tsx'
import { FrontPage } from './front.tsx'
import { HandoverPage } from './handover.tsx'
import { LoginPage } from './login.tsx'
import { LogoutPage } from './logout.tsx'
import { SelectAccountPage } from './select-account.tsx'
import { SignUpPage } from './sign-up.tsx'

/** The pages, each of which an embedding app may replace: from props to JSX. */
export const components = {
  account: AccountPage,
  consent: ConsentPage,
  error: ErrorPage,
  formPost: FormPostPage,
  front: FrontPage,
  handover: HandoverPage,
  login: LoginPage,
  logout: LogoutPage,
  selectAccount: SelectAccountPage,
  signUp: SignUpPage,
}

/** The pages by name: an embedding Worker replaces them one by one. */
export type Pages = typeof components
