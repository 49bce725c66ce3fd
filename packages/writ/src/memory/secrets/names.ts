/** What the name of a file says of secrets in it: it is there to hold them, or it may. */
export type NameVerdict = 'holds' | 'may-hold' | undefined

/** Files that are there to hold keys, by their name in lower case; a name that begins with `*` stands for all that end so. */
const HOLDS: Names = names(`
  .env *.env .envrc
  id_rsa id_dsa id_ecdsa id_ecdsa_sk id_ed25519 id_ed25519_sk *.ppk
  .netrc _netrc .pgpass pgpass.conf .my.cnf .mylogin.cnf .git-credentials .htpasswd .dockercfg .vault-token .boto .s3cfg
  .terraformrc terraform.rc .pypirc
  credentials .credentials credentials.json credentials.csv credentials.ini credentials.toml credentials.yml credentials.yaml
  secrets.json secrets.yml secrets.yaml secrets.toml secrets.ini
  kubeconfig .kubeconfig *.kubeconfig
  *.p12 *.pfx *.pkcs12 *.jks *.keystore *.truststore *.bcfks *.kdbx *.kdb *.agilekeychain *.opvault *.keychain *.keychain-db
  *.keytab wallet.dat master.key`)

/** The same, of names with something in their middle. */
const HOLDS_TOO = /^(\.env\..*|client_secret.*\.json)$/s

/** Files that may hold keys, or only configuration and certificates. */
const MAY_HOLD: Names = names(`
  .npmrc .yarnrc .yarnrc.yml pip.conf nuget.config settings.xml
  *.pem *.key *.crt *.cer *.p8 *.asc *.gpg *.pgp *.tfstate *.backup *.tfvars *.ovpn`)

/** Directories, and files in some of them, that are there to hold keys, wherever they are. */
const PLACES =
  /(^|\/)(\.(ssh|gnupg|password-store)\/|\.aws\/(credentials|config|sso\/|cli\/)|\.kube\/(config|cache\/)|\.docker\/config\.json$|\.azure\/(accesstokens|msal_token_cache|azureprofile)|gcloud\/(credentials|access_tokens|legacy_credentials|application_default_credentials)|\.config\/(gh|hub)(\/|$))/

interface Names {
  readonly whole: ReadonlySet<string>
  readonly endings: ReadonlySet<string>
}

/** What the path of a file below a root says, with `/` between its parts. */
export function judgeName(path: string): NameVerdict {
  const lower = path.toLowerCase()
  const name = lower.slice(lower.lastIndexOf('/') + 1)
  if (has(HOLDS, name) || HOLDS_TOO.test(name) || PLACES.test(lower)) return 'holds'
  return has(MAY_HOLD, name) ? 'may-hold' : undefined
}

function has({ whole, endings }: Names, name: string): boolean {
  return whole.has(name) || endings.has(name.slice(name.lastIndexOf('.')))
}

function names(list: string): Names {
  const all = list.trim().split(/\s+/)
  return {
    whole: new Set(all.filter((name) => !name.startsWith('*'))),
    endings: new Set(all.filter((name) => name.startsWith('*')).map((name) => name.slice(1))),
  }
}
