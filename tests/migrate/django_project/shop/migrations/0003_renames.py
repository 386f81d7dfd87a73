from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_changes")]

    operations = [
        migrations.AlterField("book", "pages", models.BigIntegerField(default=0)),
        migrations.AlterField("book", "owner", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="auth.User", db_index=False)),
        migrations.AlterField("tag", "name", models.CharField(max_length=40, unique=True)),
        migrations.AlterField("tag", "slug", models.IntegerField(null=True)),
        migrations.RenameField("book", "isbn", "number"),
        migrations.RenameField("book", "stock", "item"),
        migrations.RenameModel("Tag", "Label"),
        migrations.AlterModelTable("book", "books"),
        migrations.AlterModelTableComment("book", "All books"),
        migrations.CreateModel("Box", [
            ("id", models.AutoField(primary_key=True)),
            ("name", models.CharField(max_length=10)),
        ]),
        migrations.AddField("novel", "box", models.ForeignKey("Box", django.db.models.deletion.CASCADE, null=True)),
        migrations.AlterField("book", "created", models.DateField(null=True)),
    ]
