#include "bench/harness/floor.hpp"

#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/harness/http_call.hpp"
#include "bench/harness/load.hpp"
#include "bench/harness/prebuilt_service.hpp"
#include "bench/harness/spread.hpp"
#include "crypto/jws.hpp"
#include "loopback/certificate_authority.hpp"
#include "loopback/child_process.hpp"
#include "net/server.hpp"

namespace mintage::bench {
namespace {

std::int64_t thread_cpu_ns() {
  auto t = timespec{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

/// CPU of one call: the least of several short runs, since other work on the core lengthens some.
template <class Call>
double least_us(int count, Call call) {
  auto best = 0.0;
  for (auto run = 0; run < 5; ++run) {
    const auto begin = thread_cpu_ns();
    for (auto i = 0; i < count; ++i) call();
    const auto us = static_cast<double>(thread_cpu_ns() - begin) / 1e3 / count;
    best = run == 0 ? us : std::min(best, us);
  }
  return best;
}

double rs256_us() {
  auto signer = crypto::jws_signer{crypto::signing_key::generate(crypto::jws_alg::rs256)};
  const auto header = crypto::jose_header(signer.key(), "at+jwt");
  const auto claims = std::string(360, 'c');
  auto token = std::string{};
  return least_us(200, [&] {
    token.clear();
    signer.append_compact(token, header, claims);
  });
}

/// ES256 by OpenSSL, signed and verified one at a time with a long-lived context. Servers are
/// measured against it, however they sign themselves.
class openssl_es256 {
 public:
  openssl_es256() {
    if (EVP_PKEY_sign_init(signing_.get()) != 1 || EVP_PKEY_verify_init(verifying_.get()) != 1)
      throw std::runtime_error{"no ES256 signature"};
  }

  void sign() {
    ++digest_[0];
    size_ = signature_.size();
    if (EVP_PKEY_sign(signing_.get(), signature_.data(), &size_, digest_.data(), digest_.size()) !=
        1)
      throw std::runtime_error{"no ES256 signature"};
  }
  void verify() {
    if (EVP_PKEY_verify(verifying_.get(), signature_.data(), size_, digest_.data(),
                        digest_.size()) != 1)
      throw std::runtime_error{"a signature of its own was refused"};
  }

 private:
  using context_ptr = std::unique_ptr<EVP_PKEY_CTX, loopback::freed<EVP_PKEY_CTX_free>>;
  loopback::evp_key_ptr key_{EVP_EC_gen("P-256")};
  context_ptr signing_{EVP_PKEY_CTX_new(key_.get(), nullptr)};
  context_ptr verifying_{EVP_PKEY_CTX_new(key_.get(), nullptr)};
  std::array<unsigned char, 32> digest_{1, 2, 3};
  std::array<unsigned char, 80> signature_{};
  std::size_t size_ = 0;
};

/// Appends a record of one exchange to a file and syncs it, as the log of a store does.
double fsync_us() {
  using steady = std::chrono::steady_clock;
  const auto folder = loopback::temporary_folder{};
  const auto record = std::string(400, 'r');
  const auto file = ::open((folder.path() / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  auto medians = std::vector<double>{};
  for (auto run = 0; run < 5; ++run) {
    auto times = std::vector<double>{};
    for (auto i = 0; i < 60; ++i) {
      const auto begin = steady::now();
      if (::write(file, record.data(), record.size()) != static_cast<ssize_t>(record.size()) ||
          ::fdatasync(file) != 0) {
        ::close(file);
        throw std::runtime_error{"the floor cannot sync a file"};
      }
      times.push_back(std::chrono::duration<double, std::micro>{steady::now() - begin}.count());
    }
    medians.push_back(spread_of(std::move(times)).median);
  }
  ::close(file);
  return spread_of(medians).least;
}

/// Fills in the figures of the bare exchange.
void measure_exchange(floor_costs& out, const std::filesystem::path& self, std::size_t connections,
                      const loopback::cores& on) {
  const auto folder = loopback::temporary_folder{};
  auto server = loopback::child_process{{self.string(), "floor-server"},
                                        folder.path() / "log",
                                        {.on = on, .patience = std::chrono::seconds{10}}};
  const auto line = server.read_line(std::chrono::seconds{10});
  if (!line) throw std::runtime_error{"the server of the floor did not start"};
  const auto where = resolve("127.0.0.1:" + *line);
  const auto who =
      client{"floor", "secret-of-the-floor-of-this-machine", "https://c.example/cb", {}, {}};
  // The floor server does not check the code, so one code is enough.
  auto sources = std::vector<workload>{};
  sources.emplace_back(std::vector{
      work{request_kind::code, 1, form_template{request_kind::code, who, where.host, "/token"},
           expectation{true, false, false}, value_use::again,
           std::vector{"mco_" + std::string(45, 'A')}}});
  auto o = load_options{};
  o.where = where.where;
  o.connections = connections;
  o.duration = std::chrono::milliseconds{500};
  static_cast<void>(run_load(o, sources));
  auto answers = std::uint64_t{0};
  auto medians = std::vector<double>{};
  const auto before = read_process(server.pid());
  for (auto run = 0; run < 3; ++run) {
    const auto done = run_load(o, sources);
    if (done.counts.answers() == 0 || done.counts.failures() != 0)
      throw std::runtime_error{"the floor could not be measured"};
    answers += done.counts.answers();
    medians.push_back(static_cast<double>(done.counts.latency().percentile(50).count()) / 1e3);
  }
  const auto after = read_process(server.pid());
  if (!before || !after) throw std::runtime_error{"the floor could not be measured"};
  out.exchange =
      static_cast<double>((*after - *before).cpu().count()) / 1e3 / static_cast<double>(answers);
  out.exchange_p50 = spread_of(medians).least;
}

}  // namespace

double floor_costs::signatures(request_kind kind, std::string_view id_token_alg) const noexcept {
  if (kind == request_kind::introspect) return es256_verify;
  if (kind == request_kind::client_credentials) return es256;
  return es256 + (id_token_alg == "RS256" ? rs256 : es256);
}

floor_costs measure_floor(const std::filesystem::path& self, std::size_t connections,
                          const loopback::cores& on) {
  auto out = floor_costs{};
  auto openssl = openssl_es256{};
  out.es256 = least_us(2000, [&] { openssl.sign(); });
  out.es256_verify = least_us(1000, [&] { openssl.verify(); });
  out.rs256 = rs256_us();
  out.fsync = fsync_us();
  measure_exchange(out, self, connections, on);
  return out;
}

int serve_floor() {
  auto ending = sigset_t{};
  ::sigemptyset(&ending);
  ::sigaddset(&ending, SIGTERM);
  ::sigaddset(&ending, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &ending, nullptr);  // inherited by the I/O thread
  auto service = prebuilt_service{};
  auto o = net::options{};
  o.listen = o.admin_listen = "127.0.0.1:0";
  o.io_threads = 1;
  auto server = net::server{o, oauth::options{}, oauth::admin_tokens{}};
  server.start({&service});
  std::printf("%u\n", static_cast<unsigned>(server.public_port()));
  std::fflush(stdout);
  auto got = 0;
  ::sigwait(&ending, &got);
  server.drain(std::chrono::seconds{1});
  server.stop();
  return 0;
}

}  // namespace mintage::bench
