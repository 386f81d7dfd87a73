import decimal

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial"), ("stock", "0001_initial")]

    operations = [
        migrations.AddField("book", "isbn", models.CharField(max_length=13, default="it's \\ none", unique=True)),
        migrations.AddField("book", "weight", models.DecimalField(max_digits=6, decimal_places=2, default=decimal.Decimal("0.50"))),
        migrations.AddField("book", "stock", models.ForeignKey("stock.Item", models.PROTECT, null=True)),
        migrations.AddField("book", "count", models.PositiveSmallIntegerField(default=1), preserve_default=False),
        migrations.AddField("book", "note", models.TextField(blank=True)),
        migrations.AddField("book", "level2", models.IntegerField(db_default=7, null=True)),
        migrations.AddField("book", "label", models.SlugField(null=True)),
        migrations.AddField("book", "friends", models.ManyToManyField("stock.Item", related_name="+", db_table="friends")),
        migrations.AlterField("book", "title", models.CharField(max_length=300, db_index=True)),
        migrations.AlterField("book", "pages", models.BigIntegerField(null=True)),
        migrations.AlterField("book", "level", models.IntegerField(db_default=4)),
        migrations.AlterField("book", "price", models.DecimalField(decimal_places=3, max_digits=9, null=True)),
        migrations.AlterField("tag", "slug", models.SlugField(db_index=False, help_text="Short")),
        migrations.AlterField("tag", "name", models.CharField(max_length=40)),
        migrations.AlterModelOptions("tag", {"ordering": ["slug"], "verbose_name": "mark"}),
        migrations.AlterUniqueTogether("book", {("title", "price")}),
        migrations.AddIndex("book", models.Index("isbn", models.F("title").desc(), name="book_isbn")),
        migrations.RemoveIndex("book", "book_new"),
        migrations.RenameIndex("book", new_name="book_tp", old_name="book_title_price"),
        migrations.AddConstraint("book", models.CheckConstraint(condition=~models.Q(count=5) & (models.Q(level__in=[1, 2, 4]) | models.Q(price__lt=models.F("weight"))), name="book_many")),
        migrations.AddConstraint("book", models.UniqueConstraint(fields=["isbn"], name="late", deferrable=models.Deferrable.DEFERRED)),
        migrations.RemoveConstraint("book", "book_open"),
        migrations.RemoveConstraint("book", "book_title_pages"),
        migrations.RemoveField("book", "data"),
        migrations.RemoveField("book", "parent"),
        migrations.RemoveField("book", "similar"),
    ]
