# Completes the command line of mintage in bash. Source it, or install it as
# /usr/share/bash-completion/completions/mintage.

_mintage() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local access='--config --admin --token-file --ca --json' secret='--import --secret-file --secret-env --secret-hash-file'
  local metadata='--name --redirect-uri --scope --grant --allow-resource --allow-origin --id-token-alg
    --userinfo-alg --subject-type --sector-uri --rt-mode --access-token-ttl --id-token-ttl --refresh-idle
    --refresh-absolute --access-token-claims'
  local keys='--jwks --jwks-uri --assertion-alg --assertion-aud --profile'
  local requests='--request-alg --response-alg --default-max-age --client-uri --logo-uri'
  local certificate='--certificate-subject --certificate-dns --certificate-uri --certificate-ip --certificate-email'
  local switches='--pkce --no-pkce --strict-auth-method --no-strict-auth-method --basic-raw-compat
    --no-basic-raw-compat --rt-without-offline --no-rt-without-offline --certificate-bound-tokens
    --no-certificate-bound-tokens --dpop-bound-tokens --no-dpop-bound-tokens --dpop-nonces --no-dpop-nonces
    --pushed-requests --no-pushed-requests'
  local logout='--post-logout-redirect-uri --backchannel-logout-uri'
  local words='' command=${COMP_WORDS[1]:-}
  if ((COMP_CWORD > 2)); then command+=" ${COMP_WORDS[2]}"; fi
  COMPREPLY=()

  case $previous in
    --config | --token-file | --ca | --secret-file | --secret-hash-file | --jwks | --audit | --log | -f | --file)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return ;;
    --secret-env) mapfile -t COMPREPLY < <(compgen -e -- "$word") && return ;;
    --admin) mapfile -t COMPREPLY < <(compgen -W 'http://127.0.0.1:9081' -- "$word") && return ;;
    --grant) words='authorization_code refresh_token client_credentials' ;;
    --auth-method) words='client_secret_basic client_secret_post client_secret_jwt private_key_jwt tls_client_auth self_signed_tls_client_auth' ;;
    --assertion-alg) words='ES256 ES384 ES512 EdDSA PS256 PS384 PS512 RS256 RS384 RS512 HS256 HS384 HS512' ;;
    --assertion-aud) words='strict compat' ;;
    --profile) words='default fapi2' ;;
    --request-alg) words='ES256 ES384 ES512 EdDSA PS256 PS384 PS512 RS256 RS384 RS512' ;;
    --response-alg | --id-token-alg | --userinfo-alg | --alg) words='RS256 ES256 PS256 ES384 EdDSA' ;;
    --rt-mode) words='rotating static' ;;
    --subject-type) words='public pairwise' ;;
  esac
  if [[ -n $words ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    return
  fi

  if ((COMP_CWORD == 1)); then
    words='serve check repair backup verify-backup restore client registration-token code keys seal clock reload explain healthcheck top bug-report apply export schema db cluster --help'
  else
    case $command in
      serve | serve\ *) words='--config --memory' ;;
      check | check\ *) words='--config' ;;
      repair | repair\ *) words='--config --restored' ;;
      backup | backup\ *) words=$access ;;
      verify-backup | verify-backup\ * | restore | restore\ *) words='--config' ;;
      explain | explain\ *) words="$access --last --reasons --audit" ;;
      healthcheck | healthcheck\ *) words='--config --live --timeout' ;;
      apply | apply\ *) words="$access --file --diff --prune --yes" ;;
      export | export\ *) words=${access/ --json/} ;;
      schema) words='config clients' ;;
      top | top\ *) words='--config --admin --ca --interval --once' ;;
      bug-report | bug-report\ *) words='--config --admin --token-file --ca --log' ;;
      reload | reload\ *) words=$access ;;
      client) words='add list show check change secret suspend remove' ;;
      registration-token) words='add list remove' ;;
      code) words='mint' ;;
      keys) words='list rotate remove' ;;
      seal) words='rotate status retire make' ;;
      clock) words='confirm' ;;
      db) words='init check migrate import restored' ;;
      cluster) words='status' ;;
      client\ add)
        words="$access $secret --id --auth-method --public --secret-expires-at $metadata $keys
          $certificate $requests $logout $switches" ;;
      client\ list) words=$access ;;
      client\ show) words=$access ;;
      client\ check) words="$access --redirect-uri --scope --resource" ;;
      client\ change) words="$access $metadata $keys $certificate $requests $logout $switches" ;;
      client\ secret) words="$access $secret --secret-expires-at --end" ;;
      client\ suspend) words="$access --resume" ;;
      client\ remove) words=$access ;;
      registration-token\ add)
        words="$access --name --expires-in --limit --scope --grant --resource" ;;
      registration-token\ list | registration-token\ remove) words=$access ;;
      code\ mint)
        words="$access --client --redirect-uri --sub --scope --auth-time --nonce --acr --amr --sid --username
          --claims --challenge --ttl" ;;
      keys\ list) words=$access ;;
      keys\ rotate) words="$access --alg --now" ;;
      keys\ remove) words=$access ;;
      seal\ rotate | seal\ status) words=$access ;;
      seal\ retire) words="$access --yes" ;;
      seal\ make) ;;
      clock\ confirm) words=$access ;;
      db\ init | db\ check | db\ migrate) words='--config' ;;
      db\ import) words='--config --from' ;;
      db\ restored) words='--config --keep-families' ;;
      cluster\ status) words='--config' ;;
    esac
    words+=' --help'
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _mintage mintage
