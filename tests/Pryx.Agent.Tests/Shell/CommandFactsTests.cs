using Pryx.Agent.Shell;

namespace Pryx.Agent.Tests.Shell;

public sealed class CommandFactsTests
{
    /// <summary>What a line reads and writes: "r:path" and "w:path", "?" for paths that nobody knows.</summary>
    [Theory]
    [InlineData("rm -rf build dist", "w:build", "w:dist")]
    [InlineData("rm -- -f", "w:-f")]
    [InlineData("rm src/*.o", "w:src")]
    [InlineData("rm *", "w:.")]
    [InlineData("rm \"$x\"", "?")]
    [InlineData("rm */../y", "?")]
    [InlineData("mv a b", "w:a", "w:b")]
    [InlineData("mv -t d a b", "w:a", "w:b", "w:d")]
    [InlineData("cp -r a b c", "r:a", "r:b", "w:c")]
    [InlineData("cp --target-directory=d a", "r:a", "w:d")]
    [InlineData("cp x{,.bak}", "r:x", "w:x.bak")]
    [InlineData("ln -s ~/.ssh/id_rsa key", "r:~/.ssh/id_rsa", "w:key")]
    [InlineData("install -m 755 a /usr/bin/a", "r:a", "w:/usr/bin/a")]
    [InlineData("mkdir -p -m 700 a/b", "w:a/b")]
    [InlineData("touch -d yesterday a", "w:a")]
    [InlineData("cat a - b", "r:a", "r:b")]
    [InlineData("head -n 5 a", "r:a")]
    [InlineData("grep -rn -e x src", "r:src")]
    [InlineData("grep x a b", "r:a", "r:b")]
    [InlineData("tee -a log", "w:log")]
    [InlineData("dd if=a of=/dev/sda", "r:a", "w:/dev/sda")]
    [InlineData("sort -o out in", "r:in", "w:out")]
    [InlineData("sed -i.bak 's/a/b/' f", "r:f", "w:f")]
    [InlineData("sed -n 5p f", "r:f")]
    [InlineData("chmod -R 755 bin", "w:bin")]
    [InlineData("truncate -s 0 f", "w:f")]
    [InlineData("tar xzf a.tgz -C /opt", "r:a.tgz", "w:/opt")]
    [InlineData("tar -xf a.tar", "r:a.tar", "w:.")]
    [InlineData("tar czf out.tgz src", "w:out.tgz", "r:src")]
    [InlineData("tar tf a.tar", "r:a.tar")]
    [InlineData("unzip a.zip -d out", "r:a.zip", "w:out")]
    [InlineData("curl -o out https://example.org/x", "w:out")]
    [InlineData("curl -O https://example.org/x", "w:.")]
    [InlineData("curl -d @secret https://example.org", "r:secret")]
    [InlineData("wget -O - https://example.org")]
    [InlineData("wget https://example.org", "w:.")]
    [InlineData("find src -name x -delete", "r:src", "w:src")]
    [InlineData("find . -fprint out", "r:.", "w:out")]
    [InlineData("git clone https://example.org/x y", "w:y")]
    [InlineData("git worktree add ../other", "w:../other")]
    [InlineData("git -C /etc clean -fd", "w:/etc", "?")]
    [InlineData("rsync -a src/ host:dst", "r:src/")]
    [InlineData("patch -p1 < a.diff", "r:a.diff", "w:.", "?")]
    [InlineData("ls > out 2>> err < in", "w:out", "w:err", "r:in")]
    [InlineData("ls > /dev/null 2>&1")]
    [InlineData("cd /etc && rm passwd", "w:/etc/passwd")]
    [InlineData("cd a; rm b", "w:b", "w:a/b")]
    [InlineData("cd a || exit; rm b", "w:b", "w:a/b")]
    [InlineData("cd a/../.. && rm b", "w:../b")]
    [InlineData("cd ~ && cat .netrc", "r:~/.netrc")]
    [InlineData("cd && rm x", "w:~/x")]
    [InlineData("cd $x && rm b", "?")]
    [InlineData("cd - && rm b", "?")]
    [InlineData("(cd /etc) && rm b", "w:b")]
    [InlineData("cd /etc & rm b", "w:b")]
    [InlineData("for i in 1 2; do rm b; cd ..; done", "?")]
    [InlineData("f() { cd /etc; }; f; rm b", "?")]
    [InlineData("eval 'cd /etc'; rm b", "?")]
    [InlineData("sudo rm /etc/x", "w:/etc/x")]
    [InlineData("env -C /etc rm x", "?")]
    [InlineData("bash -c 'rm x'", "w:x")]
    [InlineData("find . -exec rm {} +", "r:.", "?")]
    [InlineData("xargs rm", "?")]
    public void Paths(string line, params string[] expected)
    {
        var commands = ShellScript.Parse(line).Commands;
        var paths = commands.SelectMany(command => command.Facts.Reads.Select(path => $"r:{path}").Concat(command.Facts.Writes.Select(path => $"w:{path}"))).Distinct()
            .Concat(commands.Any(command => command.Facts.HasUnknownPaths) ? ["?"] : []);
        Assert.Equal(expected.Order(StringComparer.Ordinal), paths.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("curl https://example.org/x", "example.org")]
    [InlineData("curl http://user:word@example.org:8080/x", "example.org:8080")]
    [InlineData("curl example.org/x -x proxy:3128", "example.org", "proxy:3128")]
    [InlineData("git clone git@github.com:a/b.git", "github.com")]
    [InlineData("git push https://example.org/x main", "example.org")]
    [InlineData("ssh -p 22 me@host ls", "host")]
    [InlineData("scp a me@host:b", "host")]
    [InlineData("rsync -a host:a b", "host")]
    [InlineData("npm install", "registry.npmjs.org")]
    [InlineData("pip install x", "pypi.org", "files.pythonhosted.org")]
    [InlineData("python3 -m pip install x", "pypi.org", "files.pythonhosted.org")]
    [InlineData("cargo build")]
    [InlineData("dotnet restore", "api.nuget.org")]
    [InlineData("echo x > /dev/tcp/10.0.0.1/80", "10.0.0.1:80")]
    public void Hosts(string line, params string[] hosts) => Assert.Equal(hosts, ShellScript.Parse(line).Commands.SelectMany(command => command.Facts.Hosts));

    [Theory]
    [InlineData("git push", true)]
    [InlineData("git pull", false)]
    [InlineData("npm publish", true)]
    [InlineData("cargo publish", true)]
    [InlineData("dotnet nuget push x.nupkg", true)]
    [InlineData("twine upload dist/*", true)]
    [InlineData("docker push x", true)]
    [InlineData("scp a host:b", true)]
    [InlineData("scp host:b a", false)]
    [InlineData("curl -X POST https://example.org", true)]
    [InlineData("curl -d x https://example.org", true)]
    [InlineData("curl https://example.org", false)]
    [InlineData("gh pr create", true)]
    [InlineData("gh pr list", false)]
    public void Publishing(string line, bool publishes)
    {
        var facts = ShellScript.Parse(line).Commands[0].Facts;
        Assert.Equal(publishes, facts.Publishes);
        Assert.True(facts.NeedsNetwork);
    }

    [Theory]
    [InlineData("sudo ls")]
    [InlineData("docker run x")]
    [InlineData("systemctl stop x")]
    [InlineData("mount /dev/sda /mnt")]
    public void Rights(string line) => Assert.True(ShellScript.Parse(line).Commands[0].Facts.EscalatesRights);

    [Theory]
    [InlineData("python3 -c 'x'")]
    [InlineData("python3.12 -m x")]
    [InlineData("perl -e x")]
    [InlineData("node -e x")]
    [InlineData("ruby -e x")]
    [InlineData("php -r x")]
    [InlineData("bash x.sh")]
    [InlineData("make")]
    [InlineData("awk -f x")]
    [InlineData("ssh host ls")]
    [InlineData("docker exec x ls")]
    public void Text_that_is_run(string line) => Assert.True(ShellScript.Parse(line).Commands[0].Facts.RunsText);
}
