/**
 * The words that passwords are made of when people want to remember them: what is typed first on a
 * keyboard, names, places, love and luck, in English and in pinyin, and numbers that sound like
 * something. Compiled for this project. passwords.ts adds runs, years, dates and repetitions, and
 * looks for combinations, so a word and its `…123` are one entry.
 */
const words = `
000 000000 000123 007 007007 012345 0123456789 100200 102030 10203040 110110 110120 111 111111
111222 111222333 112233 11223344 1122334455 119119 121212 123 123000 12301230 123123 123321 1234
1234321 12344321 12345 123454321 123456 1234567 12345678 123456789 1234567890 123654 123abc
123asd 123qwe 131313 1314 1314520 1314521 1357 13579 135790 1357924680 141421 147258 147258369
147852 147896325 159357 159753 168168 168888 1q2w3e 1q2w3e4r 1qaz 1qaz2wsx 222222 2333 233333
2468 24680 246810 258369 258456 271828 2wsx 314159 3141592 31415926 3141592653 321321 333333
3344520 369258147 3edc 444444 456123 456456 518518 520 520131 5201314 520520 521 5211314 521521
555 555555 5845201314 654321 666 666666 66666666 696969 741852 741852963 7654321 7758258 7758521
777 777777 789456 789456123 87654321 888 888888 88888888 918918 963852741 987654321 9876543210
999 999999 a123456 a1b2c3 a1b2c3d4 aa123456 aaa aaa111 aaa123 aaaaaa aba abc abc123 abc1234
abc12345 abc123456 abcabc abcd abcd1234 abcde abcdef abcdefg access accounting achilles actor
admin admin123 adminadmin administrator africa aiguo aini ainia ainiyisheng ainiyiwannian aiqiyi
alex alibaba alice allah always amanda amazing amazon amen america american andrew android angel
angela anna anthony anything apollo apple april army arsenal artist asd123 asdasd asdf asdf123
asdf1234 asdfgh asdfghjkl asdzxc ashley asshole athena august australia autumn avatar awesome
azerty baba baby babygirl bai baidu banana baobao baobei baokao baoming bar barcelona baseball
basketball batman bayern bazhong bbb bear beautiful beckham beer beibei beijing ben best biantai
bible bigdick biology bird birthday bitch biye biyezheng black bleach blue blues bob bond bonus
boss brazil brian brother buddha burger caesar cai caiwei camaro canada canadian candy cao
caonima caowei captain casino cat ccc champion changchun change changeme changsha charlie cheese
chelsea chemistry chen cheng chengdu chenggong chengji chengwei chenjie chenjing chenli chenwei
chenyu cherry chicken china chinese chocolate chongqing christ christmas chunjie church cindy
cisco client cloud club coco coffee college computer conan cookie cool corvette cowboy cowboys
crazy crystal csgo cuiwei curry cute dabao dajidali dalian damn dance dancer daniel database
david daxue dazhou december default demon deng denglu dengwei devil deyang diablo diamond
dianhua didi dijiu ding dingwei director disco doctor dog dollar dolphin dong dongwei doraemon
dota doudou douyin dragon dream driver drums duan dudu dumbledore duwei dvorak eagle eagles
earth economics edcrfv education eight emily energy engineer england english english123 erbao
eric evangelion evening everybody everything evil exam exams excellent facai facebook faith
falcon family fan fang fangfang fantastic father fazhan february feifei fendou feng fengwei
ferrari fighter fire first fish five flower football forest forever fortnite four france frank
free freebie freedom french friday friend friends friendship frodo fuck fuckoff fuckyou funny
fuzhou game gamer games gandalf ganzi gao gaowei gege genshin george german germany gift ginger
glory god godbless goddess goku gold golden golf gong gongheguo gongxi gongxifacai good google
grace grape great green guangan guangyuan guangzhou guanliyuan guest guitar guiyang gundam
guonian guowei haikou hallo han hangzhou hanwei haoren haoyun happy harbin harley harry
harrypotter heart heaven hefei helen hell hello henry heping hercules hermione hero heroes hewei
hexie hiphop history hobbit hockey hogwarts holmes honda honey honor hope horse hotsex hou huang
huangwei huanhuan huawei hug hulin hulk hunter hyper iamgod idiot iloveu iloveyou india indian
intel internet iphone ironman itachi italian italy jack jackpot jaguar james january japan
japanese jason java jazz jedi jennifer jerry jessica jesus jia jianchi jiang jiangwei jiankang
jiayou jiejie jim jin jinan jingdong jingjing jingying jiushi jiushiai jixiang joe john joker
jordan joseph joshua july june justin juventus kakashi kaosheng kaoshi kaoshi123 karen kelly
kevin kiki killer king kiss kitty knight kobe korea korean kuaile kuaishou kungfu kunming
l123456 lakers lanzhou laoban laoda laogong laopo laoshi last law lawyer leagueoflegends lebron
legend legends lei lele lemon lenovo leo leshan letmein li123 liang liangshan liangwei lianmeng
liao life lightning lijie lijing lijun lili lily limin lin lina lincoln linda ling lingling
linux linwei lion liqiang lisa liu liujie liuwei liuyang liuyong liverpool liwei lixiuying
liyong lkjhgf login logon lol london long loser lottery love lovely loveme lover loveyou lucky
lucy luffy luigi lulu luo luowei luwei luzhou lvwei madrid magic mama manager manchester mango
mao march maria marine mario mark mary master math matrix matthew mawei mega megatron meili
meimei meinv meishan melissa melon meng mengmeng mercedes messi metal mexico mianyang michael
michelle microsoft midnight mike milan million mima mima123 mimamima mimi minecraft minzhu
mnbvcxz momo monday money monkey moon morning morpheus mother mountain mouse music mustang
mylove mypassword myself mysql mystery nainai nanchang nanchong nancy nanjing nannan nanning
napoleon naruto navy neijiang neo network newyear nick nicole night nima nine nini ninja niuniu
nobody nokia nothing november nuli number nurse nursing ocean october omg one onepiece ooo
optimus oracle orange overwatch pan panda panther panwei panzhihua papa paradise paris party
pass pass123 passport passw0rd passwd password paul peace peach pei peng pengwei pepper perfect
peter phoenix physics piano pikachu pilot pingan pipi pirate pizza play player poiuyt pokemon
poker police pop porsche power present president pretty prince princess private pubg puppy
purple pussy pwd python q123456 q1w2e3 q1w2e3r4 qaz123 qazwsx qazwsxedc qian qin qinaide
qingchun qingdao qiqi qiu qq123456 qqqqqq queen qwaszx qwe123 qweasd qweasdzxc qweqwe qwer
qwer123 qwer1234 qwert qwerty qwertyuiop qwertz rabbit rain rainbow ranger rap reader red ren
renmin rensheng renwei rich richard river robert roblox rock rockets roman ronaldo rongyao root
root123 rose russia russian ruyi ryan s123456 sakura sam samsung samurai sarah sasuke satan
saturday sb250 school secret secretary security september server seven sex sexy shabi shadow
shanghai shaonian shark shen shenfenzheng shengli shengri shengrikuaile shenwei shenyang
shenzhen sherlock shi shit shouji shuaige shunli sichuan silver simon singer sister six sky
skywalker smile snake snow soccer soldier someone something song songwei sonic sony souhu spain
spanish spartan spider spiderman spring star starcraft stars startrek starwars steelers steven
storm student study stupid sugar suining summer sun sunday sunny sunshine sunwei super superman
surprise susan suwei suzhou sweet sweety swimming sydney system tan tang tangwei tanwei taobao
teacher ten tengxun tennis test test123 tester testing thomas three thunder thursday tian
tianchang tianjin tianmao tiantian tianwei tiger tim titanic titi today tokyo tom tommy tomorrow
tongguo tongtong tony toor toshiba totoro toyota transformers tree trinity trojan trust trustno1
truth tuesday twitter two ubuntu ultra university user username vader vegeta victor vincent
violin vivian vodka voldemort w123456 waigong waipo wan wang wang123 wangfang wangjing wangjun
wanglei wangli wangmin wangqiang wangwei wangxiuying wangyan wangyi wangyong wangyu wangzhe
wangzherongyao warcraft warrior warriors washington water watson website wednesday wei weibo
weilai weiwei weixin welcome wen wendy whale whatever whisky white william wind windows wine
winner winter wizard woaibaba woaimama woaini woaini1314 woaini520 woaiwojia woaiziji wodeai
wodemima wolf wonderful worldofwarcraft woxiangni woxihuanni writer wsx123 wsxedc wtf wuhan
wuwei x123456 xia xiamen xian xiangxin xiao xiaobai xiaobao xiaofang xiaofei xiaogang xiaogou
xiaohei xiaohong xiaojie xiaoli xiaolong xiaomao xiaomi xiaoming xiaoniao xiaotian xiaowei
xiaoxiao xiaoyan xiaoyu xiaozhu xie xiewei xingfu xinlang xinnian xiong xiwang xuesheng xuexiao
xuli xuwei xxx xyz xyz123 yaan yamaha yan yang yangfan yangli yangyang yankees yanyan yao yaowei
yellow yesterday yewei yeye yibeizi yibin yin yingxiong yingying yiqiepingan yishengyishi yoda
yonghu yongyuan youku youtube youxiang yuan yuanshen yuanwei yuanyuan yuwei z123456 z1x2c3
zaqwsx zaqxsw zelda zeng zengwei zero zeus zhang zhang123 zhanghao zhangjie zhangjing zhangjun
zhanglei zhangli zhangmin zhangwei zhangxiuying zhangyan zhangyong zhao zhaowei zheng zhengwei
zhengzhou zhifubao zhongguo zhongwei zhou zhouwei zhu zhunkaozheng zhuwei zigong zikao zikao123
zixue ziyang ziyou zoro zou zxc123 zxcv zxcv1234 zxcvbn zxcvbnm zxczxc zzzzzz
`;

export const commonWords: ReadonlySet<string> = new Set(words.trim().split(/\s+/));
