#include "crypto/distinguished_name.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "crypto/bytes.hpp"
#include "crypto/openssl.hpp"

namespace mintage::crypto {
namespace {

constexpr auto longest_text = std::size_t{2048};

struct attribute_type {
  std::string_view name;
  std::string_view number;
};
/// RFC 4514 §3, and what else OpenSSL prints by name in certificates of clients.
constexpr auto known_types = std::array{
    attribute_type{"CN", "2.5.4.3"},
    attribute_type{"SN", "2.5.4.4"},
    attribute_type{"serialNumber", "2.5.4.5"},
    attribute_type{"C", "2.5.4.6"},
    attribute_type{"L", "2.5.4.7"},
    attribute_type{"ST", "2.5.4.8"},
    attribute_type{"street", "2.5.4.9"},
    attribute_type{"O", "2.5.4.10"},
    attribute_type{"OU", "2.5.4.11"},
    attribute_type{"title", "2.5.4.12"},
    attribute_type{"businessCategory", "2.5.4.15"},
    attribute_type{"postalCode", "2.5.4.17"},
    attribute_type{"GN", "2.5.4.42"},
    attribute_type{"dnQualifier", "2.5.4.46"},
    attribute_type{"organizationIdentifier", "2.5.4.97"},
    attribute_type{"UID", "0.9.2342.19200300.100.1.1"},
    attribute_type{"DC", "0.9.2342.19200300.100.1.25"},
    attribute_type{"emailAddress", "1.2.840.113549.1.9.1"},
    attribute_type{"jurisdictionL", "1.3.6.1.4.1.311.60.2.1.1"},
    attribute_type{"jurisdictionST", "1.3.6.1.4.1.311.60.2.1.2"},
    attribute_type{"jurisdictionC", "1.3.6.1.4.1.311.60.2.1.3"},
};

constexpr auto wrong_form = std::string_view{
    "must be a name in the form of RFC 4514, such as CN=api,O=Example,C=DE, without spaces around "
    "= and , (openssl x509 -noout -subject -nameopt RFC2253 prints it)"};
constexpr auto wrong_type = std::string_view{
    "has an attribute type that is not known: use its dotted number, such as 2.5.4.97"};
constexpr auto wrong_escape =
    std::string_view{"has a value with a character that must be escaped, or a broken escape"};

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_same_word(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Whether a text is an object identifier: at least two numbers without leading zeros.
bool is_dotted(std::string_view text) noexcept {
  auto numbers = std::size_t{0};
  while (true) {
    const auto dot = text.find('.');
    const auto number = text.substr(0, dot);
    if (number.empty() || !std::all_of(number.begin(), number.end(), is_digit)) return false;
    if (number.size() > 1 && number.front() == '0') return false;
    ++numbers;
    if (dot == std::string_view::npos) return numbers > 1;
    text.remove_prefix(dot + 1);
  }
}

std::optional<int> hex_value(char c) noexcept {
  if (is_digit(c)) return c - '0';
  const auto small = lower(c);
  if (small >= 'a' && small <= 'f') return small - 'a' + 10;
  return std::nullopt;
}

std::optional<char> hex_octet(std::string_view two) noexcept {
  if (two.size() < 2) return std::nullopt;
  const auto high = hex_value(two[0]);
  const auto low = hex_value(two[1]);
  if (!high || !low) return std::nullopt;
  return static_cast<char>(*high * 16 + *low);
}

/// The characters that a backslash makes plain. @see RFC 4514 §3, `pair`
bool is_escapable(char c) noexcept {
  return std::string_view{"\\\"+,;<=># "}.find(c) != std::string_view::npos;
}

/// The characters that stand for themselves nowhere in a value.
bool is_forbidden(char c) noexcept {
  return c == '"' || c == ';' || c == '<' || c == '>' || c == '\0';
}

/// A value of a string type as UTF-8. @returns nothing for other types.
std::optional<std::string> utf8_of(const ASN1_STRING* value) {
  unsigned char* octets = nullptr;
  const auto size = ASN1_STRING_to_UTF8(&octets, value);
  if (size < 0) {
    ERR_clear_error();
    return std::nullopt;
  }
  auto text = std::string{reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size)};
  OPENSSL_free(octets);
  return text;
}

using asn1_ptr = std::unique_ptr<ASN1_TYPE, freed_by<ASN1_TYPE_free>>;

/// Whether OpenSSL's ASN1_STRING holds values of this type.
bool is_string_type(int type) noexcept {
  constexpr auto types = std::array{V_ASN1_UTF8STRING,    V_ASN1_PRINTABLESTRING, V_ASN1_IA5STRING,
                                    V_ASN1_NUMERICSTRING, V_ASN1_VISIBLESTRING,   V_ASN1_T61STRING,
                                    V_ASN1_BMPSTRING,     V_ASN1_UNIVERSALSTRING};
  return std::find(types.begin(), types.end(), type) != types.end();
}

std::string der_of(const ASN1_STRING* value) {
  const auto type = asn1_ptr{ASN1_TYPE_new()};
  require(type != nullptr, "ASN1_TYPE_new");
  require(ASN1_TYPE_set1(type.get(), ASN1_STRING_type(value), value) == 1, "ASN1_TYPE_set1");
  unsigned char* octets = nullptr;
  const auto size = i2d_ASN1_TYPE(type.get(), &octets);
  require(size >= 0, "i2d_ASN1_TYPE");
  auto der = std::string{reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size)};
  OPENSSL_free(octets);
  return der;
}

/// The string in a DER value. @returns nothing when it is none.
std::optional<std::string> utf8_in(std::string_view der) {
  const auto octets = as_bytes(der);
  const auto* at = octets.data();
  const auto parsed = asn1_ptr{d2i_ASN1_TYPE(nullptr, &at, static_cast<long>(octets.size()))};
  const auto is_whole = parsed && at == octets.data() + octets.size();
  ERR_clear_error();
  if (!is_whole || !is_string_type(ASN1_TYPE_get(parsed.get()))) return std::nullopt;
  return utf8_of(parsed->value.asn1_string);
}

std::string number_of(const ASN1_OBJECT* type) {
  auto text = std::array<char, 128>{};
  const auto size = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), type, 1);
  if (size > 0 && static_cast<std::size_t>(size) < text.size()) return text.data();
  return {};  // longer than any type that `parse` accepts: equal to none
}

}  // namespace

/// Reads the text form from left to right.
class distinguished_name::reader {
 public:
  explicit reader(std::string_view text) noexcept : rest_{text} {}

  tl::expected<std::vector<attribute_set>, std::string_view> sets() {
    auto found = std::vector<attribute_set>{};
    auto* current = &found.emplace_back();
    while (true) {
      if (const auto fault = read_attribute(*current); !fault.empty()) return tl::unexpected{fault};
      if (rest_.empty()) break;
      if (rest_.front() == ',') current = &found.emplace_back();
      rest_.remove_prefix(1);
    }
    for (auto& set : found) std::sort(set.begin(), set.end());
    std::reverse(found.begin(), found.end());
    return found;
  }

 private:
  /// Reads up to the next "," or "+". @returns the error, or empty.
  std::string_view read_attribute(attribute_set& into) {
    const auto end = rest_.find('=');
    if (end == std::string_view::npos) return wrong_form;
    auto made = attribute{};
    if (const auto fault = set_type(rest_.substr(0, end), made); !fault.empty()) return fault;
    rest_.remove_prefix(end + 1);
    const auto fault = rest_.starts_with('#') ? read_hex(made) : read_value(made);
    if (fault.empty()) into.push_back(std::move(made));
    return fault;
  }

  static std::string_view set_type(std::string_view name, attribute& to) {
    if (name.empty() || name.front() == ' ' || name.back() == ' ') return wrong_form;
    const auto* known = std::find_if(known_types.begin(), known_types.end(),
                                     [name](auto& t) { return is_same_word(t.name, name); });
    if (known == known_types.end() && !is_dotted(name)) return wrong_type;
    to.type = known == known_types.end() ? name : known->number;
    return {};
  }

  std::string_view read_hex(attribute& to) {
    rest_.remove_prefix(1);
    auto der = std::string{};
    while (!is_at_end()) {
      const auto octet = hex_octet(rest_);
      if (!octet) return wrong_escape;
      der += *octet;
      rest_.remove_prefix(2);
    }
    if (der.empty()) return wrong_escape;
    if (auto text = utf8_in(der)) {
      to.value = std::move(*text);
    } else {
      to.value = std::move(der);
      to.is_der = true;
    }
    return {};
  }

  std::string_view read_value(attribute& to) {
    if (rest_.starts_with(' ')) return wrong_form;
    auto ends_in_space = false;
    while (!is_at_end()) {
      const auto c = rest_.front();
      rest_.remove_prefix(1);
      ends_in_space = c == ' ';
      if (is_forbidden(c)) return wrong_escape;
      if (c != '\\') {
        to.value += c;
      } else if (!read_escape(to.value)) {
        return wrong_escape;
      }
    }
    return ends_in_space ? wrong_form : std::string_view{};
  }

  bool read_escape(std::string& to) {
    if (rest_.empty()) return false;
    if (const auto octet = hex_octet(rest_)) {
      to += *octet;
      rest_.remove_prefix(2);
      return true;
    }
    if (!is_escapable(rest_.front())) return false;
    to += rest_.front();
    rest_.remove_prefix(1);
    return true;
  }

  [[nodiscard]] bool is_at_end() const noexcept {
    return rest_.empty() || rest_.front() == ',' || rest_.front() == '+';
  }

  std::string_view rest_;
};

tl::expected<distinguished_name, std::string_view> distinguished_name::parse(
    std::string_view text) {
  if (text.empty()) return tl::unexpected{wrong_form};
  if (text.size() > longest_text)
    return tl::unexpected{std::string_view{"must be at most 2048 octets"}};
  auto sets = reader{text}.sets();
  if (!sets) return tl::unexpected{sets.error()};
  auto made = distinguished_name{};
  made.sets_ = std::move(*sets);
  return made;
}

distinguished_name distinguished_name::of(const X509_name_st* name) {
  auto made = distinguished_name{};
  auto last = std::numeric_limits<int>::min();
  for (auto i = 0; i < X509_NAME_entry_count(name); ++i) {
    const auto* entry = X509_NAME_get_entry(name, i);
    if (const auto set = X509_NAME_ENTRY_set(entry); set != last) {
      last = set;
      made.sets_.emplace_back();
    }
    auto found = attribute{.type = number_of(X509_NAME_ENTRY_get_object(entry)), .value = {}};
    const auto* value = X509_NAME_ENTRY_get_data(entry);
    if (auto text = is_string_type(ASN1_STRING_type(value)) ? utf8_of(value) : std::nullopt) {
      found.value = std::move(*text);
    } else {
      found.value = der_of(value);
      found.is_der = true;
    }
    made.sets_.back().push_back(std::move(found));
  }
  for (auto& set : made.sets_) std::sort(set.begin(), set.end());
  return made;
}

}  // namespace mintage::crypto
