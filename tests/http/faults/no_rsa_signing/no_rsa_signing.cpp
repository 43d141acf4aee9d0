// Takes the place of OpenSSL's function: no key can be prepared for a signature, so that a signer
// fails whenever it gets its keys.

struct evp_pkey_ctx_st;

extern "C" int EVP_PKEY_sign_init(evp_pkey_ctx_st* context);
extern "C" int EVP_PKEY_sign_init(evp_pkey_ctx_st*) {
  return 0;
}
