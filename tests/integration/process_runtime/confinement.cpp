#include "control/runtime/process/data_folder_guard.hpp"
#include "tests/integration/process_runtime/runtime_fixture.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include <fstream>

namespace modelgate::tests {
namespace {

using control::domain::replica_phase;

struct running_replica : runtime_fixture {
  running_replica() {
    auto spec = spec_of(0, {{"GREETING", "hello"}});
    spec.model_uri = "file:///models/a";
    BOOST_TEST_REQUIRE(runtime.start(spec).has_value());
    BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-0", replica_phase::ready));
  }

  std::string run(const std::string& code) const {
    std::string target = "/run?";
    for (const char c : code) target += c == ' ' ? std::string{"%20"} : c == '\n' ? "%0A" : std::string{c};
    return ask(runtime, "deploy-iris-r1-0", target);
  }

  driver runtime{settings()};
};

BOOST_FIXTURE_TEST_SUITE(confinement, running_replica)

BOOST_AUTO_TEST_CASE(makes_the_environment_from_nothing) {
  ::setenv("MODELGATE_TEST_SECRET", "of the parent", 1);
  auto other = spec_of(1);
  BOOST_TEST_REQUIRE(runtime.start(other).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, other.name, replica_phase::ready));
  BOOST_TEST(ask(runtime, other.name, "/environ").find("of the parent") == std::string::npos);

  const auto environment = boost::json::parse(ask(runtime, "deploy-iris-r1-0", "/environ")).as_object();
  BOOST_TEST(environment.at("GREETING").as_string() == "hello");
  BOOST_TEST(environment.at("PREDICTIVE_UNIT_ID").as_string() == "model");
  BOOST_TEST(environment.at("PREDICTIVE_UNIT_IMAGE").as_string() == "test/model:1");
  BOOST_TEST(environment.at("PREDICTOR_ID").as_string() == "deploy");
  BOOST_TEST(environment.at("SELDON_DEPLOYMENT_ID").as_string() == "iris");
  BOOST_TEST(environment.at("PREDICTIVE_UNIT_PARAMETERS").as_string()
             == R"([{"name":"model_uri","value":"file:///models/a","type":"STRING"}])");
  BOOST_TEST(environment.at("PATH").as_string() == "/usr/local/bin:/usr/bin:/bin");
}

BOOST_AUTO_TEST_CASE(refuses_a_reserved_name_even_if_the_service_let_it_pass) {
  const auto started = runtime.start(spec_of(1, {{"LD_PRELOAD", "x"}}));
  BOOST_TEST_REQUIRE(!started.has_value());
  BOOST_TEST(started.error() == "The environment variable \"LD_PRELOAD\" may not be set by a deployment.");
}

BOOST_AUTO_TEST_CASE(runs_as_the_configured_user_when_modelgate_is_root) {
  if (::geteuid() != 0) return;
  const passwd* nobody = ::getpwnam("nobody");
  BOOST_TEST(run("out=os.getresuid()")
             == "(" + std::to_string(nobody->pw_uid) + ", " + std::to_string(nobody->pw_uid) + ", "
                    + std::to_string(nobody->pw_uid) + ")");
  BOOST_TEST(run("out=os.getgroups()") == "[]");
}

BOOST_AUTO_TEST_CASE(can_gain_no_privileges) {
  BOOST_TEST(run("out=[l for l in open('/proc/self/status') if l.startswith('NoNewPrivs')][0].split()[1]") == "1");
}

BOOST_AUTO_TEST_CASE(leads_a_session_of_its_own_without_core_dumps) {
  BOOST_TEST(run("out=(os.getsid(0)==os.getpid(),os.getpgrp()==os.getpid())") == "(True, True)");
  BOOST_TEST(run("import resource\nout=resource.getrlimit(resource.RLIMIT_CORE)") == "(0, 0)");
}

BOOST_AUTO_TEST_CASE(inherits_no_open_files) {
  const int open_here = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  auto spec = spec_of(1);
  BOOST_TEST_REQUIRE(runtime.start(spec).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, spec.name, replica_phase::ready));
  const std::string count = ask(
      runtime, spec.name,
      "/run?out=[os.readlink('/proc/self/fd/'+f)%20for%20f%20in%20os.listdir('/proc/self/fd')%20if%20os.path.exists('/"
      "proc/self/fd/'+f)%20and%20int(f)>2%20and%20not%20os.readlink('/proc/self/fd/'+f).startswith('socket')]");
  BOOST_TEST(count.find("/dev/null") == std::string::npos);
  BOOST_TEST(count.find("replicas") == std::string::npos);
  ::close(open_here);
}

BOOST_AUTO_TEST_CASE(cannot_see_the_data_folder) {
  if (!control::runtime::process::is_guard_supported()) return;
  // Readable and writable for everybody, so that it is the guard which refuses.
  namespace fs = std::filesystem;
  fs::permissions(data(), fs::perms{0777});
  fs::permissions(data() / "replicas", fs::perms{0777});
  std::ofstream{data() / "secret"} << "x";
  fs::permissions(data() / "secret", fs::perms{0666});
  const std::string folder = data().native();
  BOOST_TEST(run("out=open('" + folder + "/secret').read()") == "PermissionError");
  BOOST_TEST(run("out=open('" + folder + "/secret','a')") == "PermissionError");
  BOOST_TEST(run("out=open('" + folder + "/made','w')") == "PermissionError");
  BOOST_TEST(run("out=os.listdir('" + folder + "')") == "PermissionError");
  BOOST_TEST(run("out=open('/proc/self/root" + folder + "/secret').read()") == "PermissionError");
}

BOOST_AUTO_TEST_CASE(can_write_to_its_own_folder_and_read_the_rest_of_the_machine) {
  BOOST_TEST(run("import tempfile\nwith tempfile.TemporaryFile() as f: out=f.write(b'abc')") == "3");
  BOOST_TEST(run("import tempfile\nout=tempfile.gettempdir()==os.environ['HOME']") == "True");
  BOOST_TEST(run("out=len(open('/etc/passwd').read())>0") == "True");
  BOOST_TEST(run("out=open('model.py').read(3)") == "\"\"\"");
  if (::geteuid() == 0) BOOST_TEST(run("out=open('model.py','a')") == "PermissionError");
}

BOOST_AUTO_TEST_CASE(an_image_may_change_under_running_replicas) {
  std::ofstream{catalogue() / "test/model/1/model.py", std::ios::app} << "\n# changed\n";
  BOOST_TEST(run("out='# changed' in open('model.py').read()") == "False");
  BOOST_TEST_REQUIRE(runtime.start(spec_of(1)).has_value());
  BOOST_TEST_REQUIRE(reaches(runtime, "deploy-iris-r1-1", replica_phase::ready));
  BOOST_TEST(ask(runtime, "deploy-iris-r1-1", "/run?out='%23%20changed'%20in%20open('model.py').read()") == "True");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace modelgate::tests
